import { describe, expectTypeOf, it } from 'vitest';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { makeDeadLetter, type TerminalFailure } from '#shared/deadletters/make.ts';
import type { RunOptions } from '#shared/pipeline/run.ts';
import type { writeDeadLetters } from '#shared/pipeline/write-dead-letters.ts';

describe('a dead letter', () => {
  it('is inferred from its schema', () => {
    expectTypeOf<DeadLetter['version']>().toEqualTypeOf<1>();
    expectTypeOf<DeadLetter['kind']>().toEqualTypeOf<'keys' | 'records' | 'event'>();
    expectTypeOf<DeadLetter['event']>().toBeUnknown();
    expectTypeOf<DeadLetter>().toHaveProperty('sync_task_id').toEqualTypeOf<string | undefined>();
  });

  it('is made of a failure, synchronously', () => {
    expectTypeOf(makeDeadLetter).returns.toEqualTypeOf<DeadLetter>();
    expectTypeOf<Extract<TerminalFailure, { kind: 'keys' }>>().toHaveProperty('syncTaskId');
    expectTypeOf<Extract<TerminalFailure, { kind: 'event' }>>().not.toHaveProperty('changes');
  });

  it('has a name or an error, never both', () => {
    type DeadLetterResult = Awaited<ReturnType<typeof writeDeadLetters>>[number];
    expectTypeOf<Extract<DeadLetterResult, { name: string }>['error']>().toEqualTypeOf<undefined>();
  });

  it('needs a place to go to, even if that is none', () => {
    expectTypeOf<RunOptions>().toHaveProperty('deadLetters').not.toExtend<undefined>();
  });
});
