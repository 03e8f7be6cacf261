import { describe, expect, it } from 'vitest';
import { checkOmsConfig, eventVariables } from '#shared/config/oms.ts';
import { ConfigurationError, readConfig } from '#shared/config/read.ts';
import {
  choiceVariable,
  integerVariable,
  parsedVariable,
  required,
  textVariable,
  urlVariable,
  withDefault,
} from '#shared/config/variable.ts';
import { AppError } from '#shared/errors/base.ts';

const hint = 'set it like this';

function problemsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.details ?? [];
    throw error;
  }
  throw new Error('no problem was found');
}

describe('readConfig', () => {
  it('gives each value its own type and form', () => {
    const config = readConfig(
      {
        name: textVariable('NAME', { hint }),
        count: withDefault(integerVariable('COUNT', { hint, min: 1, max: 9 }), 4),
        mode: choiceVariable('MODE', { hint, values: ['a', 'b'] }),
        url: urlVariable('URL', { hint }),
        json: parsedVariable('JSON', { hint, parse: (text) => JSON.parse(text) as unknown }),
      },
      (name) => ({ NAME: 'x', MODE: 'b', URL: 'https://oms.example/', JSON: '[1]' })[name],
    );

    expect(config).toEqual({ name: 'x', count: 4, mode: 'b', url: 'https://oms.example', json: [1] });
  });

  it('lists every missing and every bad variable in one error, each with its hint and without its value', () => {
    const variables = {
      a: required(textVariable('A', { hint: 'hint of A' })),
      b: integerVariable('B', { hint: 'hint of B', min: 1, max: 5 }),
      c: choiceVariable('C', { hint: 'hint of C', values: ['x', 'y'] }),
      d: urlVariable('D', { hint: 'hint of D' }),
      e: textVariable('E', { hint: 'hint of E', pattern: /^e$/ }),
      f: textVariable('F', { hint: 'hint of F' }),
    };
    const texts: Record<string, string> = { B: '66777', C: 'zzz', D: 'ftp://hidden', E: 'hidden', F: ' hidden' };

    const read = () => readConfig(variables, (name) => texts[name]);

    expect(problemsOf(read).map(({ path, rule }) => [path, rule])).toEqual([
      ['A', 'required'],
      ['B', 'range'],
      ['C', 'choice'],
      ['D', 'url'],
      ['E', 'format'],
      ['F', 'whitespace'],
    ]);
    expect(read).toThrow(/A is missing \(hint of A\).*B must be.*\(hint of B\).*hint of C.*hint of D.*hint of E/);
    for (const value of ['66777', 'zzz', 'hidden']) expect(JSON.stringify(problemsOf(read))).not.toContain(value);
  });

  it('keeps the paths of a structured variable below its name', () => {
    const parse = () => {
      const details = [
        { path: '[2].source.bucket', rule: 'required', message: 'is missing' },
        { path: 'x', rule: 'unknown_field', message: 'is unknown' },
        { path: '', rule: 'json', message: 'is not JSON' },
      ];
      throw new AppError(400, 'X', 'wrong', { details });
    };

    const problems = problemsOf(() => readConfig({ r: parsedVariable('ROUTES', { hint, parse }) }, () => 'text'));

    expect(problems.map(({ path }) => path)).toEqual(['ROUTES[2].source.bucket', 'ROUTES.x', 'ROUTES']);
  });

  it('passes a defect of a parser on', () => {
    const parse = () => {
      throw new TypeError('defect');
    };

    expect(() => readConfig({ r: parsedVariable('R', { hint, parse }) }, () => 'text')).toThrow(TypeError);
  });

  it('tells the client nothing about the variables', () => {
    const error = new ConfigurationError([{ path: 'A', rule: 'required', message: 'is missing' }]);

    expect(error.status).toBe(500);
    expect(error.publicMessage).not.toContain('A is missing');
  });

  it.each([
    'https://user:pw@oms.example',
    'http://oms.example',
    'https://oms.example?x',
    'https://oms.example#x',
    'ftp://127.0.0.1',
    'oms.example',
    'x',
  ])('refuses the endpoint %s', (text) => {
    expect(problemsOf(() => readConfig({ u: urlVariable('U', { hint }) }, () => text))).toHaveLength(1);
  });
});

describe('urlVariable', () => {
  it.each([
    ['https://oms.example', 'https://oms.example'],
    ['https://oms.example/', 'https://oms.example'],
    ['https://proxy.example/oms//', 'https://proxy.example/oms'],
    ['http://127.0.0.1:8082', 'http://127.0.0.1:8082'],
    ['http://localhost:8082', 'http://localhost:8082'],
    ['http://[::1]:8082', 'http://[::1]:8082'],
  ])('reads %s', (text, expected) => {
    expect(readConfig({ u: urlVariable('U', { hint }) }, () => text).u).toBe(expected);
  });
});

describe('the variables of the functions', () => {
  const minimal: Record<string, string> = { OMS_REGION: 'cn-north-4', OMS_PROJECT_ID: '0123456789abcdef' };
  const read = (texts: Record<string, string>) => readConfig(eventVariables, (name) => texts[name], checkOmsConfig);

  it('have defaults for everything but region and project', () => {
    expect(read(minimal)).toEqual({
      region: 'cn-north-4',
      endpoint: undefined,
      projectId: '0123456789abcdef',
      accessKey: undefined,
      secretKey: undefined,
      authToken: undefined,
      timeout: 10_000,
      maxAttempts: 4,
      logLevel: 'info',
      maxKeysPerCall: 10,
      logKeys: 'all',
      concurrency: 4,
      callsPerSecond: 100,
    });
  });

  it('need a region or an endpoint', () => {
    expect(read({ OMS_PROJECT_ID: 'p', OMS_ENDPOINT: 'http://127.0.0.1:1' }).endpoint).toBe('http://127.0.0.1:1');
    expect(problemsOf(() => read({ OMS_PROJECT_ID: 'p' }))).toMatchObject([{ path: 'OMS_REGION', rule: 'required' }]);
  });

  it('refuse half a key pair by the name that is missing', () => {
    expect(problemsOf(() => read({ ...minimal, OMS_ACCESS_KEY: 'a' }))).toMatchObject([{ path: 'OMS_SECRET_KEY' }]);
    expect(problemsOf(() => read({ ...minimal, OMS_SECRET_KEY: 's' }))).toMatchObject([{ path: 'OMS_ACCESS_KEY' }]);
  });

  it('mark the credentials as secrets', () => {
    const secret = Object.values(eventVariables).flatMap(({ name, secret }) => (secret ? [name] : []));

    expect(secret).toEqual(['OMS_ACCESS_KEY', 'OMS_SECRET_KEY', 'OMS_AUTH_TOKEN']);
  });

  it.each([
    ['OMS_MAX_KEYS_PER_CALL', '0'],
    ['OMS_MAX_KEYS_PER_CALL', '101'],
    ['OMS_MAX_KEYS_PER_CALL', '1e1'],
    ['OMS_CONCURRENCY', '-1'],
    ['OMS_TIMEOUT_MS', '10s'],
    ['OMS_MAX_ATTEMPTS', '2.5'],
    ['LOG_LEVEL', 'INFO'],
    ['OMS_REGION', 'CN North'],
    ['OMS_PROJECT_ID', '../x'],
  ])('refuse %s=%s', (name, text) => {
    expect(problemsOf(() => read({ ...minimal, [name]: text }))).toMatchObject([{ path: name }]);
  });
});
