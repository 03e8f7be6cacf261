import { readDuration } from '#shared/config/duration.ts';
import { readFunctionVariables } from '#shared/config/function.ts';
import { stateLocation } from '#shared/config/state.ts';
import { systemClock } from '#shared/http/clock.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { concealIn, concealWithin } from '#shared/logging/redact.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { locate } from '#shared/observability/where/locate.ts';
import { prepareWhere } from '#shared/observability/where/prepare.ts';
import { locationOf, namedKeyPair } from '#shared/platform/listed-bucket.ts';
import { variables } from '../../../functions/show-object/variables.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';
import { isSet } from '../command.ts';
import { connectOms } from '../connect.ts';
import { CliError } from '../errors.ts';
import { readObject } from '../object-word.ts';
import { keysOfSide } from '../reconcile/side.ts';
import { serviceCommand } from '../service-command.ts';
import { linesPort, queuePort } from './platform.ts';
import { textOf } from './text.ts';

const clock = systemClock;
/** The function whose variables are read; a service without it has those of reconcile. */
const FUNCTIONS = ['show-object', 'reconcile'];
/** Milliseconds for each of the two rounds of questions. */
const PATIENCE = 10_000;
const EXIT_CODES: Readonly<Record<string, number>> = { arrived: 0, unknown: 2 };

/** `oms-sync where`. */
export const run = serviceCommand({ writes: false }, async (context) => {
  const object = readObject(context.words[0] ?? '', isSet(context, 'encoded'));
  const { config: service, env, signal } = context;
  const target = await context.target();
  const { environment = {}, encryptedEnvironment = {} } = functionOf(service) ?? {};
  const lookUp = (name: string): string | undefined =>
    environment[name] || encryptedEnvironment[name] || env[name] || undefined;
  const config = readFunctionVariables(variables, lookUp, target.projectId);
  const account = target.credentials();
  const keysOf = (side: 'source' | 'destination'): KeyPair => {
    const [accessKey, secretKey] =
      side === 'source' ? [config.srcAccessKey, config.srcSecretKey] : [config.dstAccessKey, config.dstSecretKey];
    return accessKey && secretKey ? { accessKey, secretKey } : (keysOfSide(side, env) ?? account);
  };
  const secrets: string[] = [];
  const connect = (keys: KeyPair): { readonly credentials: () => KeyPair; readonly deadline: () => number } => {
    const end = clock.now() + PATIENCE;
    secrets.push(...Object.values(keys));
    return { credentials: () => keys, deadline: () => end - clock.now() };
  };
  const location = stateLocation(config, config.region);
  const store = location && new ObjectStoreClient({ ...location, ...connect(account) });
  const oms = connectOms({ ...config, maxAttempts: Math.min(2, config.maxAttempts) }, account);
  const platform = { service, target, signal, object };
  const report = await locate({
    ...object,
    ...prepareWhere(config, store),
    storeOf: (side, route, index) => {
      const place = side === 'source' ? route.source : (route.destination ?? {});
      const listed = { side, place, path: `ROUTES[${index}].${side}` };
      const keys = namedKeyPair(listed, lookUp) ?? keysOf(side);
      return new ObjectStoreClient({ ...locationOf(listed, config), ...connect(keys) });
    },
    showTask: (syncTaskId) => oms.showSyncTask({ syncTaskId, queryTime: clock.now() }),
    now: () => clock.now(),
    patience: PATIENCE,
    queue: queuePort(platform),
    lines: linesPort(platform),
    periods: { redrive: periodOf(service, 'redrive'), reconcile: periodOf(service, 'reconcile') },
  });
  const redact = (text: string): string => concealIn(text, secrets);
  if (context.json) context.print(concealWithin(report, redact));
  else context.say(textOf(report, service.stage).split('\n').map(redact).join('\n'));
  return EXIT_CODES[report.verdict] ?? 1;
});

function functionOf({ functions }: ServerlessConfig): ServerlessConfig['functions'][string] | undefined {
  const key = FUNCTIONS.find((name) => functions[name]);
  if (key === undefined)
    throw new CliError('configuration', `serverless.yml has none of ${FUNCTIONS.join(', ')}.`, 'Add show-object.');
  return functions[key];
}

/** Milliseconds between two runs of a function's timer; undefined where it has none with a rate. */
function periodOf({ functions }: ServerlessConfig, key: string): number | undefined {
  for (const event of functions[key]?.events ?? [])
    if ('timer' in event && event.timer.type === 'Rate' && event.timer.enabled !== false)
      return readDuration(event.timer.schedule);
  return undefined;
}
