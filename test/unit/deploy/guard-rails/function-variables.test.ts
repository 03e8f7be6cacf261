import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { VariableSet } from '#shared/config/read.ts';
import {
  FUNCTION_VARIABLES,
  functionVariableProblems,
} from '../../../../scripts/deploy/guard-rails/function-variables.ts';
import type { FunctionConfig } from '../../../../scripts/serverless/config.ts';
import { fn } from '../../../helpers/deploy/world.ts';

const read: Record<string, VariableSet> = {};
const take = vi.hoisted(() => ({ variables: undefined as unknown }));
vi.mock('#shared/platform/http.ts', () => ({ httpFunction: (options: typeof take) => Object.assign(take, options) }));
vi.mock('#shared/platform/events.ts', () => ({
  eventFunction: (options: typeof take) => Object.assign(take, options),
}));

beforeAll(async () => {
  for (const key of Object.keys(FUNCTION_VARIABLES)) {
    await import(`../../../../functions/${key}/index.ts`);
    read[key] = take.variables as VariableSet;
  }
});

const RIGHT = { OMS_REGION: 'cn-north-4', STATE_BUCKET: 'state', ROUTES: '[]' };
const problemsOf = (
  key: string,
  environment: Readonly<Record<string, string>>,
  encryptedEnvironment: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) => {
  const own = Object.values(FUNCTION_VARIABLES[key] ?? {}).map(({ name }) => name);
  const known = Object.entries(RIGHT).filter(([name]) => own.includes(name));
  const config: Partial<FunctionConfig> = {
    environment: { ...Object.fromEntries(known), ...environment },
    encryptedEnvironment,
  };
  return functionVariableProblems({ [key]: fn(key, config) }, env);
};

describe('the variables that a deployment checks', () => {
  it.each(Object.keys(FUNCTION_VARIABLES))('are those that %s reads', (key) => {
    expect(read[key]).toBe(FUNCTION_VARIABLES[key]);
    expect(problemsOf(key, {})).toEqual([]);
  });

  it.each(
    Object.entries(FUNCTION_VARIABLES).flatMap(([key, variables]) =>
      Object.values(variables).map(({ name, secret }) => [key, name, secret] as const),
    ),
  )('of %s: a bad %s is refused by its name', (key, name, secret) => {
    const value = ' \u0007 ';
    const problems = secret ? problemsOf(key, {}, { [name]: value }) : problemsOf(key, { [name]: value });

    expect(problems).toEqual([
      expect.stringMatching(new RegExp(`^functions\\.${key}\\.${secret ? 'encryptedE' : 'e'}nvironment\\.${name}\\b`)),
    ]);
    expect(problems.join()).not.toContain('\u0007');
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['show-sync-task', 'LOG_LEVEL', { LOG_LEVEL: 'INFO' }, 'must be one of debug, info, warn, error'],
    ['show-sync-task', 'OMS_TIMEOUT_MS', { OMS_TIMEOUT_MS: '10s' }, 'must be a whole number from 100 to 120000'],
    ['show-sync-task', 'OMS_TIMEOUT_MS', { OMS_TIMEOUT_MS: '99' }, 'must be a whole number from 100 to 120000'],
    ['show-sync-task', 'OMS_MAX_ATTEMPTS', { OMS_MAX_ATTEMPTS: '11' }, 'must be a whole number from 1 to 10'],
    ['show-sync-task', 'OMS_ENDPOINT', { OMS_ENDPOINT: 'http://oms.example' }, 'must begin with https://'],
    ['show-sync-task', 'OMS_ENDPOINT', { OMS_ENDPOINT: 'oms.example' }, 'is not a URL'],
    ['show-sync-task', 'OMS_SECRET_KEY', { OMS_ACCESS_KEY: 'a' }, 'is missing'],
    ['create-sync-task', 'SRC_SECRET_KEY', { SRC_ACCESS_KEY: 'a' }, 'is missing'],
    ['start-sync-task', 'DST_ACCESS_KEY', { DST_SECRET_KEY: 'a' }, 'is missing'],
    ['reconcile', 'SRC_ACCESS_KEY', { SRC_SECRET_KEY: 'a' }, 'is missing'],
    ['reconcile', 'RECONCILE_GRACE_PERIOD', { RECONCILE_GRACE_PERIOD: '15' }, 'must be a duration'],
    ['reconcile', 'ROUTES', { ROUTES: '' }, 'is missing'],
    ['redrive', 'STATE_BUCKET', { STATE_BUCKET: '*' }, 'has the wrong form'],
    ['redrive', 'DEAD_LETTER_PREFIX', { DEAD_LETTER_PREFIX: '*/' }, 'has the wrong form'],
    ['on-object-created', 'STATE_ENDPOINT', { STATE_ENDPOINT: 'http://obs.example' }, 'must begin with https://'],
    ['on-object-created', 'OMS_CONCURRENCY', { OMS_CONCURRENCY: '0' }, 'must be a whole number from 1 to 50'],
    ['on-object-created', 'OMS_TIMEOUT', { OMS_TIMEOUT: '9' }, 'is read by nothing: did you mean OMS_TIMEOUT_MS?'],
    ['on-object-created', 'LOGLEVEL', { LOGLEVEL: 'info' }, 'is read by nothing: did you mean LOG_LEVEL?'],
  ])('of %s: %s of %o', (key, name, environment, message) => {
    expect(problemsOf(key, environment)).toEqual([expect.stringContaining(`functions.${key}.environment.${name}`)]);
    expect(problemsOf(key, environment).join()).toContain(message);
  });

  it.each<[object, readonly string[]]>([
    [{ bucket: 'photos' }, []],
    [{ bucket: 'photos', cloud: 'Azure', region: 'eastus' }, []],
    [{ bucket: 'photos', cloud: 'AWS' }, ['ROUTES[0].source.region: is missing']],
    [{ bucket: 'photos', cloud: 'AWS', region: 'US East' }, ['ROUTES[0].source.region: cannot be used']],
    [
      { bucket: 'photos', credentials: { access_key: 'DST_ACCESS_KEY', secret_key: 'B_KEY' } },
      ['ROUTES[0].source.credentials.access_key: names the variable DST_ACCESS_KEY, which is not set'],
    ],
  ])('of reconcile: a route from %j', (source, problems) => {
    const ROUTES = JSON.stringify([{ source, destination: { bucket: 'copies' }, sync_task_id: 't' }]);

    expect(problemsOf('reconcile', { ROUTES })).toEqual(
      problems.map((problem) => expect.stringContaining(`functions.reconcile.environment.${problem}`)),
    );
    expect(problemsOf('redrive', { ROUTES })).toEqual([]);
  });

  it('are named as a person sets them, too', () => {
    const environment = { LOG_LEVEL: 'INFO' };

    expect(problemsOf('redrive', environment, {}, { OMS_SYNC_LOG_LEVEL: 'INFO' })).toEqual([
      expect.stringContaining('functions.redrive.environment.LOG_LEVEL, by OMS_SYNC_LOG_LEVEL: must be one of'),
    ]);
  });

  it('are all named at once, those that are wrong together as well', () => {
    expect(problemsOf('create-sync-task', { LOG_LEVEL: 'INFO', OMS_MAX_ATTEMPTS: '0', SRC_ACCESS_KEY: 'a' })).toEqual([
      expect.stringContaining('.OMS_MAX_ATTEMPTS'),
      expect.stringContaining('.LOG_LEVEL'),
      expect.stringContaining('.SRC_SECRET_KEY'),
    ]);
  });

  it('leave the names of key pairs to the routes', () => {
    expect(problemsOf('reconcile', {}, { PHOTOS_ACCESS_KEY: 'a', PHOTOS_SECRET_KEY: 's' })).toEqual([]);
  });
});
