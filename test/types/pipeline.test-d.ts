import { describe, expectTypeOf, it } from 'vitest';
import { toBatches } from '#shared/pipeline/batch.ts';
import { filterChanges } from '#shared/pipeline/filter.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import type { Summary } from '#shared/pipeline/report.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { run } from '#shared/pipeline/run.ts';
import { submit } from '#shared/pipeline/submit.ts';

describe('the pipeline', () => {
  it('infers routes from their schema', () => {
    expectTypeOf<Route['source']['bucket']>().toEqualTypeOf<string>();
    expectTypeOf<Route['source']['prefix']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Route['sync_task_id']>().toEqualTypeOf<string>();
  });

  it('is asynchronous in submit and run alone', () => {
    expectTypeOf(filterChanges).returns.not.toExtend<Promise<unknown>>();
    expectTypeOf(toBatches).returns.not.toExtend<Promise<unknown>>();
    expectTypeOf(submit).returns.toExtend<Promise<{ outcomes: readonly KeyOutcome[] }>>();
    expectTypeOf(run).returns.toEqualTypeOf<Promise<Summary>>();
  });

  it('gives an error to failed outcomes only', () => {
    expectTypeOf<Extract<KeyOutcome, { status: 'accepted' }>>().not.toHaveProperty('error');
    expectTypeOf<Extract<KeyOutcome, { status: 'failed' }>>().toHaveProperty('retryable').toEqualTypeOf<boolean>();
  });
});
