import { localEnvironment } from '../deploy/local-environment.ts';
import { ENDPOINTS_FILE, type EndpointsFile, findEndpoints, readEndpoints } from '../local/endpoints-file.ts';
import { routesOf } from '../local/sync-task.ts';
import { type Context, type Environment, textOf } from './command.ts';
import { CliError, UsageError } from './errors.ts';
import { checkRuns, staleReason } from './running-cloud.ts';

/** The place that a command works on. */
export interface Stage {
  readonly name: string;
  /** The environment with what the stage adds: addresses and keys of the local cloud. */
  readonly env: Environment;
  /** The local cloud, where that is the stage and one runs, and the file that it has written. */
  readonly local: { readonly file: string; readonly endpoints: EndpointsFile } | undefined;
}

/** Name in serverless.yml of a stage that nobody has named. */
const UNNAMED = 'dev';
const REAL_KEYS = ['HUAWEICLOUD_SDK_AK', 'SRC_ACCESS_KEY', 'DST_ACCESS_KEY'];

/**
 * The stage of a command: the local cloud of `--endpoints`; that of `--stage`; `local` while a local cloud runs in this
 * folder.
 *
 * @param options.writes whether the command changes something: then a stage that is not local must be named
 * @throws UsageError where nothing says which stage is meant, or where two things say different ones
 */
export async function stageOf(
  context: Pick<Context, 'values' | 'env' | 'note'>,
  options: { readonly writes: boolean },
): Promise<Stage> {
  const { env } = context;
  const asked = textOf(context, 'stage');
  const file = textOf(context, 'endpoints');
  if (asked === '') throw new UsageError('--stage must not be empty.');
  if (file !== undefined) {
    if (asked !== undefined && asked !== 'local')
      throw new UsageError(`--endpoints names a local cloud, and --stage ${asked} is none.`, 'Leave one of them out.');
    const endpoints = await readEndpoints(file);
    await checkRuns(file, endpoints);
    return localStage(file, endpoints, env);
  }
  // Whoever has set the address of FunctionGraph has set the rest, too: the local cloud itself does, while it starts.
  const given = Boolean(env['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT']);
  const local = given || (asked !== undefined && asked !== 'local') ? undefined : await runningCloud(context);
  if (asked === undefined && local && REAL_KEYS.some((name) => env[name]))
    throw new UsageError(
      'A local cloud runs in this folder, and the environment holds keys of an account.',
      'Say which one is meant: --stage local, or --stage and the name of a stage of the account.',
    );
  if (asked === undefined && !local && options.writes)
    throw new UsageError(
      `No stage is named, and no local cloud runs in this folder (${ENDPOINTS_FILE}).`,
      'Name the stage with --stage NAME, or start a local cloud with npx oms-sync start.',
    );
  if (local) return localStage(ENDPOINTS_FILE, local, env);
  const name = asked ?? UNNAMED;
  return { name, env: name === 'local' && !given ? { ...env, ...PLACEHOLDERS } : env, local: undefined };
}

/** Commands that need the local cloud will say that none runs; a plan and a package do not need it. */
const PLACEHOLDERS = { OMS_SYNC_APIG_GROUP: 'local', OMS_SYNC_EVENTGRID_CHANNEL_ID: 'default' };

/** The local cloud that has written a file. */
export function localStage(file: string, endpoints: EndpointsFile, env: Environment): Stage {
  const { sync_task_id, obs, region } = endpoints;
  const cloud = localEnvironment(endpoints, routesOf(sync_task_id, obs, region));
  // A token belongs to the keys of an account.
  return {
    name: 'local',
    env: { ...env, ...cloud, HUAWEICLOUD_SDK_SECURITY_TOKEN: '' },
    local: { file, endpoints },
  };
}

/** The local cloud of this folder. A file that a killed one has left behind is said to be that, and counts as none. */
async function runningCloud({ note }: Pick<Context, 'note'>): Promise<EndpointsFile | undefined> {
  const endpoints = await findEndpoints();
  const stale = endpoints && (await staleReason(ENDPOINTS_FILE, endpoints));
  if (stale === undefined) return endpoints;
  note(stale);
  return undefined;
}

interface Place {
  readonly region: string;
  readonly project: string;
  /** Address of a service that is written to. */
  readonly endpoint: string;
  readonly accessKey: string;
}

/** First line of a command that writes. An account is told by the end of its access key; nothing else is at hand. */
export function placeOf(stage: string, { region, project, endpoint, accessKey }: Place): string {
  const account = stage === 'local' ? `local cloud at ${endpoint}` : `account of access key …${accessKey.slice(-4)}`;
  return `Stage ${stage}: ${account}, project ${project}, ${region}`;
}

export function noLocalCloud(): CliError {
  return new CliError(
    'no_local_cloud',
    'No local cloud runs.',
    'Start it with npx oms-sync start, or name another stage with --stage.',
  );
}

/** The error of a command that has neither a local cloud nor the keys of an account. */
export function noKeys(stage: string, names: string): CliError {
  if (stage === 'local') return noLocalCloud();
  const remedy = `Set ${names}, or start a local cloud with npx oms-sync start and leave --stage out.`;
  return new CliError('no_keys', `The environment has no keys of an account, for stage ${stage}.`, remedy);
}
