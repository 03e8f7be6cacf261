import { readDuration } from '#shared/config/duration.ts';
import { readFunctionVariables } from '#shared/config/function.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { stateLocation } from '#shared/config/state.ts';
import { systemClock } from '#shared/http/clock.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { concealIn } from '#shared/logging/redact.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { WhereOptions } from '#shared/observability/where/locate.ts';
import { prepareWhere } from '#shared/observability/where/prepare.ts';
import { locationOf, namedKeyPair } from '#shared/platform/listed-bucket.ts';
import { variables as whereVariables } from '../../functions/show-object/variables.ts';
import { variables } from '../../functions/show-status/variables.ts';
import type { DeployTarget } from '../deploy/types.ts';
import type { FunctionConfig, ServerlessConfig } from '../serverless/config.ts';
import type { Environment } from './command.ts';
import { connectOms } from './connect.ts';
import { CliError } from './errors.ts';
import { keysOfSide } from './reconcile/side.ts';
import type { ServiceContext } from './service-command.ts';

const clock = systemClock;
/** Functions whose variables are read; each has some that the others lack. */
const FUNCTIONS = ['show-status', 'show-object', 'reconcile'];

export interface Observed {
  readonly config: ConfigOf<typeof variables & typeof whereVariables>;
  readonly target: DeployTarget;
  readonly account: KeyPair;
  readonly store: ObjectStore | undefined;
  /** Options that `where` and `status` share. */
  readonly questions: ReturnType<typeof prepareWhere> &
    Required<Pick<WhereOptions, 'storeOf' | 'showTask' | 'now' | 'patience' | 'periods'>>;
  /** Puts a mark in the place of every key that was used. */
  readonly redact: (text: string) => string;
}

/**
 * Clients and settings by which a command asks what the functions ask: the variables that serverless.yml gives them, the
 * key pairs of the environment, and the account's own where those are not set.
 *
 * @param patience milliseconds for each question
 */
export async function observe(
  context: Pick<ServiceContext, 'config' | 'env' | 'target'>,
  patience: number,
): Promise<Observed> {
  const { config: service, env } = context;
  const target = await context.target();
  const given: Environment = Object.assign({}, ...functionsOf(service).map(variablesOf).reverse());
  const lookUp = (name: string): string | undefined => given[name] || env[name] || undefined;
  const config = readFunctionVariables({ ...whereVariables, ...variables }, lookUp, target.projectId);
  const account = target.credentials();
  const keysOf = (side: 'source' | 'destination'): KeyPair => {
    const [accessKey, secretKey] =
      side === 'source' ? [config.srcAccessKey, config.srcSecretKey] : [config.dstAccessKey, config.dstSecretKey];
    return accessKey && secretKey ? { accessKey, secretKey } : (keysOfSide(side, env) ?? account);
  };
  const secrets: string[] = [];
  const connect = (keys: KeyPair) => {
    secrets.push(...Object.values(keys));
    return { credentials: () => keys };
  };
  const location = stateLocation(config, config.region);
  const store = location && new ObjectStoreClient({ ...location, ...connect(account) });
  const oms = connectOms({ ...config, maxAttempts: Math.min(2, config.maxAttempts) }, account);
  return {
    config,
    target,
    account,
    store,
    questions: {
      ...prepareWhere(config, store),
      storeOf: (side, route, index) => {
        const place = side === 'source' ? route.source : (route.destination ?? {});
        const listed = { side, place, path: `ROUTES[${index}].${side}` };
        const keys = namedKeyPair(listed, lookUp) ?? keysOf(side);
        const end = clock.now() + patience;
        const deadline = (): number => end - clock.now();
        return new ObjectStoreClient({ ...locationOf(listed, config), ...connect(keys), deadline });
      },
      showTask: (syncTaskId) => oms.showSyncTask({ syncTaskId, queryTime: clock.now() }),
      now: () => clock.now(),
      patience,
      periods: { redrive: periodOf(service, 'redrive'), reconcile: periodOf(service, 'reconcile') },
    },
    redact: (text) => concealIn(text, secrets),
  };
}

function functionsOf({ functions }: ServerlessConfig): readonly FunctionConfig[] {
  const found = FUNCTIONS.flatMap((name) => functions[name] ?? []);
  if (found.length === 0)
    throw new CliError('configuration', `serverless.yml has none of ${FUNCTIONS.join(', ')}.`, 'Add show-status.');
  return found;
}

/** Without those that are empty, which another function may have. */
function variablesOf({ environment, encryptedEnvironment }: FunctionConfig): Environment {
  return Object.fromEntries(Object.entries({ ...environment, ...encryptedEnvironment }).filter(([, value]) => value));
}

/** Milliseconds between two runs of a function's timer; undefined where it has none with a rate. */
function periodOf({ functions }: ServerlessConfig, key: string): number | undefined {
  for (const event of functions[key]?.events ?? [])
    if ('timer' in event && event.timer.type === 'Rate' && event.timer.enabled !== false)
      return readDuration(event.timer.schedule);
  return undefined;
}
