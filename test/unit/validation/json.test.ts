import { describe, expect, it } from 'vitest';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJson, parseJsonLossless, stringifyJson } from '#shared/validation/json.ts';

function problemsOf(text: string): ValidationError['details'] {
  try {
    parseJson(text);
  } catch (error) {
    return (error as ValidationError).details;
  }
  throw new Error('The text was read.');
}

describe('parseJson', () => {
  it('reads JSON', () => {
    expect(parseJson(' {"a":[1,"b",null]} ')).toEqual({ a: [1, 'b', null] });
  });

  it.each<[string, number | 'end']>([
    ['', 'end'],
    ['  ', 'end'],
    ['{', 'end'],
    ['{"a"', 'end'],
    ['{"a":', 'end'],
    ['{"a":1', 'end'],
    ['[1,', 'end'],
    ['"open', 'end'],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a" 1}', 5],
    ['{"a":1 "b":2}', 7],
    ['[1 2]', 3],
    ['{"a":tru}', 5],
    ['NaN', 0],
    ['01', 1],
    ['1.', 1],
    ['-', 0],
    ['+1', 0],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['"tab\there"', 4],
    ['[1]]', 3],
    ['{"a":[{"b":[}]}', 12],
    ['\ufeff{}', 0],
    ['undefined', 0],
    ['[[[[[]]]]', 'end'],
  ])('says where %j stops being JSON', (text, position) => {
    const expected = position === 'end' ? 'end of the text' : `character at index ${position}`;
    expect(problemsOf(text)).toEqual([{ path: '', rule: 'json', message: `Not JSON: unexpected ${expected}.` }]);
  });

  it('does not repeat the text', () => {
    try {
      parseJson('{"src_sk": secret-value}');
      expect.unreachable();
    } catch (error) {
      expect(`${error} ${JSON.stringify(error)} ${(error as Error).cause}`).not.toContain('secret');
    }
  });

  it('finds the end of a very deep text without a stack of its own', () => {
    expect(() => parseJson('['.repeat(200_000))).toThrow(ValidationError);
  });
});

describe('a member that is there twice', () => {
  it.each<[string, readonly string[]]>([
    ['{"objects":["a"],"objects":["b"]}', ['objects']],
    ['{"objects":["a"],"objects":["a"]}', ['objects']],
    ['{"objects":["a"],"\\u006fbjects":["b"]}', ['objects']],
    ['{"a":1,"a":1,"a":1}', ['a']],
    ['{"a":1,"b":1,"b":2,"a":2}', ['b', 'a']],
    ['[{},{"source":{"prefix":"a","bucket":"b","prefix":"c"}}]', ['[1].source.prefix']],
    ['{"a":[[1,{"b":0,"b":0}]]}', ['a[0][1].b']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"\\u005f_proto__":1,"__proto__":2}', ['__proto__']],
    ['{"constructor":1,"constructor":2}', ['constructor']],
    ['{"":1,"":2}', ['[""]']],
    ['{"0":1,"0":2}', ['["0"]']],
  ])('is refused by its path: %s', (text, paths) => {
    expect(problemsOf(text)).toEqual(
      paths.map((path) => ({
        path,
        rule: 'duplicate',
        message: `${path} is there more than once: remove all but one.`,
      })),
    );
    expect(() => parseJsonLossless(text)).toThrow(SyntaxError);
  });

  it.each(['{"a":{"a":{"a":1}},"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"__proto__":{"a":1},"toString":1,"A":1,"a":2}'])(
    'is not one of another object, another case or a prototype: %s',
    (text) => expect(JSON.stringify(parseJson(text))).toBe(text),
  );

  it('is named for a hundred members at the most', () => {
    const text = `{${Array.from({ length: 100_000 }, (_, index) => `"f${index % 50_000}":1`).join(',')}}`;
    expect(problemsOf(text)).toHaveLength(100);
  });
});

describe('the depth of a text', () => {
  const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;

  it('has a bound', () => {
    expect(() => parseJson(nested(64))).not.toThrow();
    expect(() => parseJson(nested(66))).toThrow(
      'The text has more than 64 levels of lists and objects (at index 192).',
    );
    expect(() => parseJsonLossless(nested(10_000))).toThrow(SyntaxError);
  });
});

describe('parseJsonLossless', () => {
  it.each<[string, unknown]>([
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992n],
    ['[1,9007199254740993]', [1, 9_007_199_254_740_993n]],
    ['{"a":{"b":12345678901234567890}}', { a: { b: 12_345_678_901_234_567_890n } }],
    ['"9223372036854775807"', '9223372036854775807'],
    ['{"12345678901234567890":1}', { '12345678901234567890': 1 }],
    [
      '["a \\" 12345678901234567890 , ",12345678901234567890]',
      ['a " 12345678901234567890 , ', 12_345_678_901_234_567_890n],
    ],
    ['["\\\\",12345678901234567890]', ['\\', 12_345_678_901_234_567_890n]],
    [
      '["\\u000012345678901234567890",12345678901234567890]',
      ['\u000012345678901234567890', 12_345_678_901_234_567_890n],
    ],
    ['["\\u0000\\u00001",12345678901234567890]', ['\0\u00001', 12_345_678_901_234_567_890n]],
    ['1.2345678901234567890', Number('1.2345678901234567890')],
    ['12345678901234567890.5', Number('12345678901234567890.5')],
    ['12345678901234567890e3', Number('12345678901234567890e3')],
    ['1e30', 1e30],
    ['-0', -0],
    ['9'.repeat(100), BigInt('9'.repeat(100))],
    ['0', 0],
  ])('reads %s', (text, value) => {
    expect(parseJsonLossless(text)).toEqual(value);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseJsonLossless('{"a":12345678901234567890')).toThrow(SyntaxError);
    expect(() => parseJsonLossless('012345678901234567890')).toThrow(SyntaxError);
    expect(() => parseJsonLossless(`[${'9'.repeat(101)}]`)).toThrow('The integer at index 1 has more than 100 digits.');
  });
});

describe('stringifyJson', () => {
  it.each<[unknown, string]>([
    [{ a: 9_223_372_036_854_775_807n, b: [1n, null] }, '{"a":9223372036854775807,"b":[1,null]}'],
    [{ a: undefined, b: [undefined, () => 1], c: Number.NaN }, '{"b":[null,null],"c":null}'],
    ['a"\u2028\ud800', '"a\\"\u2028\\ud800"'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [undefined, 'null'],
    [null, 'null'],
    [true, 'true'],
  ])('writes %o', (value, text) => {
    expect(stringifyJson(value)).toBe(text);
  });
});
