import { expectTypeOf, test } from 'vitest';
import type { KeyEncoding } from '#shared/encoding/decode.ts';
import type { ObjectKey } from '#shared/encoding/object-key.ts';
import type { AppError, Problem } from '#shared/errors/base.ts';
import type { NormalisedEvent, ObjectChange } from '#shared/events/object-change.ts';
import { normaliseEvent, type SourceName } from '#shared/events/sources.ts';

test('normaliseEvent takes anything, and needs the encoding of every source', () => {
  expectTypeOf(normaliseEvent).parameter(0).toBeUnknown();
  expectTypeOf(normaliseEvent).parameter(1).toEqualTypeOf<Readonly<Record<SourceName, KeyEncoding>>>();
  expectTypeOf<'obs' | 'eventgrid'>().toExtend<SourceName>();
  expectTypeOf(normaliseEvent).returns.toEqualTypeOf<NormalisedEvent>();
});

test('a change has a checked key, and what not every source writes is optional', () => {
  expectTypeOf<ObjectChange['key']>().toEqualTypeOf<ObjectKey>();
  expectTypeOf<ObjectChange>().pick('size').toEqualTypeOf<{ readonly size?: number }>();
  expectTypeOf<{ source: 'obs'; bucket: 'b'; key: string; eventName: 'n'; path: '' }>().not.toExtend<ObjectChange>();
});

test('a rejected record carries a problem and the error', () => {
  expectTypeOf<NormalisedEvent['rejected'][number]['problem']>().toEqualTypeOf<Problem>();
  expectTypeOf<NormalisedEvent['rejected'][number]['error']>().toEqualTypeOf<AppError>();
});
