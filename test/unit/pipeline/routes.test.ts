import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseRoutes } from '#shared/pipeline/routes.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { routesJsonSchema, SCHEMA_FILE } from '../../../scripts/docs/schema.ts';

const full = {
  name: 'reports',
  source: {
    bucket: 'source',
    prefix: '报告/',
    cloud: 'HuaweiCloud',
    region: 'cn-north-4',
    endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
    list_version: 1,
    addressing: 'path',
    credentials: { access_key: 'SRC_ACCESS_KEY', secret_key: 'SRC_SECRET_KEY', security_token: 'SRC_TOKEN' },
  },
  destination: {
    bucket: 'destination',
    region: 'cn-east-3',
    endpoint: 'http://127.0.0.1:9000',
    credentials: { access_key: 'DST_ACCESS_KEY', secret_key: 'DST_SECRET_KEY' },
  },
  sync_task_id: 'any text, not a UUID',
};

function problemsOf(value: unknown): string[] {
  try {
    parseRoutes(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof ValidationError) return error.details.map(({ path, rule }) => `${path} ${rule}`);
    throw error;
  }
  return [];
}

describe('parseRoutes', () => {
  it('reads a full and a minimal route', () => {
    const minimal = { source: { bucket: 'photos' }, sync_task_id: 't' };

    expect(parseRoutes(JSON.stringify([full, minimal]))).toEqual([full, minimal]);
  });

  it('reads an empty list', () => {
    expect(parseRoutes('[]')).toEqual([]);
  });

  it.each([
    ['[{"source":{"bucket":"b","prefix":"a/","prefix":"b/"},"sync_task_id":"t"}]', '[0].source.prefix duplicate'],
    ['[{"source":{"bucket":"b"},"sync_task_id":"t","sync_task\\u005fid":"u"}]', '[0].sync_task_id duplicate'],
    ['[{"source":{"bucket":"b"},"source":{"bucket":"c"},"sync_task_id":"t"}]', '[0].source duplicate'],
  ])('refuses a member that is there twice: %s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('names every problem with its path', () => {
    expect(
      problemsOf([
        { source: { bucket: '', prefxi: 'x' }, sync_task_id: 't' },
        { source: {}, destination: { bucket: 7 } },
        'route',
        { ...full, source: { ...full.source, endpoint: 'obs.example' } },
      ]).toSorted(),
    ).toEqual([
      '[0].source.bucket bucket_name',
      '[0].source.prefxi unknown_field',
      '[1].destination.bucket type',
      '[1].source.bucket required',
      '[1].sync_task_id required',
      '[2] type',
      '[3].source.endpoint format',
    ]);
  });

  it('takes names of variables for credentials, and refuses what looks like a key', () => {
    const credentials = { access_key: 'AKIA/0123+', secret_key: 'SRC_SECRET_KEY', token: 'x' };
    const source = { ...full.source, credentials, list_version: 3, addressing: 'host' };

    expect(problemsOf([{ ...full, source }]).toSorted()).toEqual([
      '[0].source.addressing enum',
      '[0].source.credentials.access_key format',
      '[0].source.credentials.token unknown_field',
      '[0].source.list_version enum',
    ]);
  });

  it.each([
    ...['*', 'pho*', 'photo?', '$x', 'a/b', '..', 'a..b', 'a.-b', '-ab', 'ab', '192.168.0.1', 'P'.repeat(64)],
    ...['Photos', 'a_b', 'photos ', 'bück', '__proto__'],
  ])('refuses %j, which is no bucket of OBS', (bucket) => {
    const rules = [
      { ...full, source: { bucket } },
      { ...full, destination: { bucket } },
    ].map((route) => problemsOf([route]));

    expect(rules).toEqual([['[0].source.bucket bucket_name'], ['[0].destination.bucket bucket_name']]);
  });

  it.each<[object, readonly string[]]>([
    [{ bucket: 'Old_Photos', cloud: 'AWS' }, []],
    [{ bucket: '*', cloud: 'AWS' }, ['[0].source.bucket bucket_name']],
    [{ bucket: 'photos', cloud: 'huaweicloud' }, ['[0].source.cloud enum']],
    [{ bucket: 'photos', endpoint: 'https://[fe80::1]:9000' }, []],
    [{ bucket: 'photos', endpoint: 'http://store.localhost:9000' }, []],
    [{ bucket: 'photos', endpoint: 'http://obs.example' }, ['[0].source.endpoint format']],
    [{ bucket: 'photos', endpoint: 'https://*.example' }, ['[0].source.endpoint format']],
    [{ bucket: 'photos', endpoint: 'https://a@obs.example' }, ['[0].source.endpoint format']],
  ])('reads the source %j', (source, problems) => {
    expect(problemsOf([{ ...full, source }])).toEqual(problems);
  });

  it.each(['', 'x', '{', '[{"source":}]'])('refuses %j as no JSON', (text) => {
    expect(problemsOf(text)).toEqual([' json']);
  });

  it.each([{}, null, 7, 'text'])('refuses %o as no list', (value) => {
    expect(problemsOf(JSON.stringify(value))).toEqual([' type']);
  });
});

describe('docs/routes.schema.json', () => {
  it('is the schema that the function checks with (npm run docs writes it anew)', async () => {
    expect(await readFile(SCHEMA_FILE, 'utf8')).toBe(routesJsonSchema());
  });

  it('has examples that the function accepts', () => {
    const { examples } = JSON.parse(routesJsonSchema()) as { examples: unknown[] };

    expect(examples.flatMap(problemsOf)).toEqual([]);
  });
});
