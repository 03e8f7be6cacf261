import { expectTypeOf, test } from 'vitest';
import { decodeFormKey, decodeKey, decodeRfc3986Key, type KeyEncoding } from '#shared/encoding/decode.ts';
import { checkEncodedOmsKey, encodeOmsKey } from '#shared/encoding/encode.ts';
import type { KeyEncodingError, KeyErrorRule } from '#shared/encoding/errors.ts';
import { checkObjectKey, isObjectKey, type ObjectKey } from '#shared/encoding/object-key.ts';
import type { AppError } from '#shared/errors/base.ts';

test('every decoder gives a checked key', () => {
  expectTypeOf(decodeFormKey).returns.toEqualTypeOf<ObjectKey>();
  expectTypeOf(decodeRfc3986Key).returns.toEqualTypeOf<ObjectKey>();
  expectTypeOf(decodeKey).returns.toEqualTypeOf<ObjectKey>();
  expectTypeOf(checkObjectKey).returns.toEqualTypeOf<ObjectKey>();
  expectTypeOf(decodeKey).parameter(0).toEqualTypeOf<KeyEncoding>();
});

test('a checked key is a string, and a string is not a checked key', () => {
  expectTypeOf<ObjectKey>().toExtend<string>();
  expectTypeOf<string>().not.toExtend<ObjectKey>();
  const value: string = 'a';
  if (isObjectKey(value)) expectTypeOf(value).toEqualTypeOf<ObjectKey>();
});

test('the encoder takes checked and other strings and gives a plain one', () => {
  expectTypeOf(encodeOmsKey).toBeCallableWith('a');
  expectTypeOf(encodeOmsKey).toBeCallableWith(checkObjectKey('a'));
  expectTypeOf(encodeOmsKey).returns.toEqualTypeOf<string>();
  expectTypeOf(encodeOmsKey).returns.not.toExtend<ObjectKey>();
  expectTypeOf(checkEncodedOmsKey).returns.toBeVoid();
});

test('encodings and rules are closed lists', () => {
  expectTypeOf<KeyEncoding>().toEqualTypeOf<'form' | 'rfc3986' | 'raw'>();
  expectTypeOf<KeyEncodingError>().toExtend<AppError>();
  expectTypeOf<KeyEncodingError['rule']>().toEqualTypeOf<KeyErrorRule>();
  expectTypeOf<KeyEncodingError['position']>().toEqualTypeOf<number>();
});
