// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of serverless.yml
import { describe, expect, it } from 'vitest';
import { resolveVariables } from '../../../scripts/serverless/variables.ts';

const SOURCES = { env: { HOME: '/root', EMPTY: '', TRICK: '${self:a}', PATH_LIKE: 'a, b}' }, opt: { stage: 'prod' } };
const resolved = (document: Record<string, unknown>) => resolveVariables(document, SOURCES) as typeof document;

describe('a variable', () => {
  it.each([
    ['${env:HOME}', '/root'],
    ['a-${env:HOME}-b', 'a-/root-b'],
    ["${env:EMPTY, 'x'}", ''],
    ["${env:NOTHING, 'x, y}'}", 'x, y}'],
    ['${env:NOTHING, "x"}', 'x'],
    ['${env:NOTHING, 42}', 42],
    ['${env:NOTHING, true}', true],
    ['${env:NOTHING, null}', null],
    ['${opt:stage}', 'prod'],
    ['${opt:region, env:NOTHING, opt:stage}', 'prod'],
    ['${self:map.key}', 'value'],
    ['${self:map}', { key: 'value', other: '/root' }],
    ['${self:list.1}', 'two'],
    ['${self:map.${self:name}}', 'value'],
    ['${self:nothing.at.all, self:map.key}', 'value'],
    ['${self:alias.key}', 'value'],
    ['${env:TRICK}', '${self:a}'],
    ['${self:trick}', '${self:a}'],
    ['x${env:PATH_LIKE}', 'xa, b}'],
    ['no $variable {here}', 'no $variable {here}'],
  ])('%s', (text, value) => {
    const document = {
      text,
      name: 'key',
      map: { key: 'value', other: '${env:HOME}' },
      list: ['one', 'two'],
      alias: '${self:map}',
      trick: '${env:TRICK}',
    };

    expect(resolved(document)['text']).toEqual(value);
  });

  it('ends where properties multiply each other', () => {
    const levels = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`l${n}`, n === 39 ? 'x' : `\${self:l${n + 1}}\${self:l${n + 1}}`]),
    );

    expect(() => resolved(levels)).toThrow('too many');
  });

  it.each([
    ['${env:NOTHING}', 'has no value: none of env:NOTHING is set'],
    ['${self:missing, opt:missing}', 'has no value: none of self:missing, opt:missing is set'],
    ['${file(./x.yml):y}', 'has the variable source "file"; serverless.yml can use env, opt and self'],
    ['${env:HOME', 'is not closed'],
    ['${}', 'names no source'],
    ['${HOME}', 'names no source'],
    ['${self:text}', 'refers to itself: text -> text'],
    ['${self:circle.a}', 'refers to itself: circle.a -> circle.b -> circle.a'],
    ['x-${self:circle}', 'refers to itself'],
    ['x-${self:map}', 'puts a list or a map into a text'],
    ['${self:__proto__.polluted}', 'has no value'],
  ])('%s is refused', (text, message) => {
    const document = { text, circle: { a: '${self:circle.b}', b: '${self:circle.a}' }, map: {} };

    expect(() => resolved({ ...document, circle: text.includes('circle') ? document.circle : {} })).toThrow(message);
  });
});
