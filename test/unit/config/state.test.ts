import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfig } from '#shared/config/read.ts';
import { checkStateConfig, stateLocation, stateVariables, type WatchedSource } from '#shared/config/state.ts';

const read = (variables: Readonly<Record<string, string>> = {}) =>
  readConfig(stateVariables, (name) => ({ STATE_BUCKET: 'state', STATE_REGION: 'cn-north-4', ...variables })[name]);
const check = (variables: Readonly<Record<string, string>>, ...sources: readonly WatchedSource['source'][]) =>
  checkStateConfig({ ...read(variables), routes: sources.map((source) => ({ source })) });
const rules = (problems: ReturnType<typeof check>) => problems.map(({ path, rule }) => `${path} ${rule}`);

describe('the variables of the state bucket', () => {
  it('have defaults, save for the bucket', () => {
    expect(readConfig(stateVariables, () => undefined)).toEqual({
      stateBucket: undefined,
      stateEndpoint: undefined,
      stateRegion: undefined,
      deadLetterPrefix: 'dead-letters/',
      parkedPrefix: 'parked/',
      failedInvocationsPrefix: 'failed-invocations/',
      redriveMaxAttempts: 10,
    });
  });

  it.each([
    ['DEAD_LETTER_PREFIX', 'dead-letters'],
    ['DEAD_LETTER_PREFIX', '/dead-letters/'],
    ['PARKED_PREFIX', 'a//b/'],
    ['FAILED_INVOCATIONS_PREFIX', '/'],
    ['FAILED_INVOCATIONS_PREFIX', 'a b/'],
    ['STATE_BUCKET', 'Not A Bucket'],
    ['STATE_BUCKET', 'x'],
    ['STATE_ENDPOINT', 'http://obs.example'],
    ['STATE_REGION', 'x.evil.example'],
    ['REDRIVE_MAX_ATTEMPTS', '0'],
  ])('%s cannot be %j', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(ConfigurationError);
    expect(() => read({ [name]: value })).toThrow(name);
  });

  it.each(['a/', 'a/b/', 'prod_1.0/dead-letters/'])('a prefix can be %j', (value) => {
    expect(read({ DEAD_LETTER_PREFIX: value }).deadLetterPrefix).toBe(value);
  });
});

describe('stateLocation', () => {
  it.each([
    [{}, undefined, { bucket: 'state', endpoint: 'https://obs.cn-north-4.myhuaweicloud.com', region: 'cn-north-4' }],
    [
      { STATE_REGION: '' },
      'cn-east-3',
      { bucket: 'state', endpoint: 'https://obs.cn-east-3.myhuaweicloud.com', region: 'cn-east-3' },
    ],
    [
      { STATE_ENDPOINT: 'http://127.0.0.1:9000/' },
      'cn-east-3',
      { bucket: 'state', endpoint: 'http://127.0.0.1:9000', region: 'cn-north-4' },
    ],
    [{ STATE_REGION: '' }, undefined, undefined],
    [{ STATE_BUCKET: '' }, 'cn-east-3', undefined],
  ])('of %j, with OMS in %s, is %o', (variables, omsRegion, location) => {
    const set = Object.fromEntries(
      Object.entries({ STATE_BUCKET: 'state', STATE_REGION: 'cn-north-4', ...variables }).filter(([, value]) => value),
    );

    expect(
      stateLocation(
        readConfig(stateVariables, (name) => set[name]),
        omsRegion,
      ),
    ).toEqual(location);
  });
});

describe('checkStateConfig', () => {
  it('finds nothing wrong with a bucket of its own', () => {
    expect(check({}, { bucket: 'source' }, { bucket: 'other', prefix: 'dead-letters/' })).toEqual([]);
  });

  it('names every prefix that is inside a watched source, and the route', () => {
    const problems = check(
      {},
      { bucket: 'source' },
      { bucket: 'state', prefix: 'dead' },
      { bucket: 'state', prefix: 'p' },
    );

    expect(rules(problems)).toEqual(['DEAD_LETTER_PREFIX watched_source', 'PARKED_PREFIX watched_source']);
    expect(problems[0]?.message).toContain('ROUTES[1]');
    expect(problems[1]?.message).toContain('ROUTES[2]');
  });

  it.each(['redrive/', 'reconcile/leases/', 'redr'])('refuses the watched source %j, where state is, too', (prefix) => {
    expect(rules(check({}, { bucket: 'state', prefix }))).toEqual(['STATE_BUCKET watched_source']);
  });

  it('looks at buckets of this cloud only: names are unique there', () => {
    expect(check({}, { bucket: 'state', cloud: 'AWS' })).toEqual([]);
    expect(check({}, { bucket: 'state', cloud: 'HuaweiCloud' })).toHaveLength(5);
  });

  it.each([
    [{ PARKED_PREFIX: 'dead-letters/parked/' }, ['PARKED_PREFIX overlap']],
    [{ DEAD_LETTER_PREFIX: 'parked/' }, ['PARKED_PREFIX overlap']],
    [{ FAILED_INVOCATIONS_PREFIX: 'redrive/' }, ['STATE_BUCKET overlap']],
  ])('refuses prefixes that overlap: %j', (variables, found) => {
    expect(rules(check(variables))).toEqual(found);
  });

  it('needs the region of the bucket', () => {
    const config = { ...read(), stateRegion: undefined };

    expect(rules(checkStateConfig(config))).toEqual(['STATE_REGION required']);
    expect(checkStateConfig({ ...config, region: 'cn-north-4' })).toEqual([]);
  });

  it('has nothing to say without a bucket', () => {
    const config = { ...read(), stateBucket: undefined, parkedPrefix: 'dead-letters/' };

    expect(checkStateConfig({ ...config, routes: [{ source: { bucket: 'state' } }] })).toEqual([]);
  });
});
