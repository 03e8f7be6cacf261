import { readFile } from 'node:fs/promises';
import { ENDPOINTS_FILE } from '../../local/endpoints-file.ts';
import { routesOf } from '../../local/sync-task.ts';
import type { CloudAddress } from '../../running-cloud.ts';
import type { CommandLine } from './command-line.ts';
import type { Environment } from './context.ts';
import { type LocalCloud, localEnvironment } from './local-environment.ts';
import { CommandUsageError } from './usage-error.ts';

/**
 * What the environment lacks: for stage `local`, addresses and keys of the local cloud that runs. Whoever has set the
 * address of FunctionGraph has set the rest, too (the local cloud itself does, while it starts).
 *
 * @param staleReason says why the local cloud of the file does not run; undefined where it does
 * @param note told of a file that is left over: it counts as none
 * @throws CommandUsageError where the file cannot be read
 */
export async function environmentOf(
  { values }: Pick<CommandLine, 'values'>,
  env: Environment,
  file = ENDPOINTS_FILE,
  staleReason: (file: string, cloud: CloudAddress) => Promise<string | undefined> = async () => undefined,
  note: (line: string) => void = () => {},
): Promise<Record<string, string>> {
  const region = values['region'];
  const asked = typeof region === 'string' ? { OMS_SYNC_REGION: region } : {};
  if (values['stage'] !== 'local' || env['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT']) return asked;
  const cloud = await readCloud(file);
  const stale = cloud && (await staleReason(file, cloud));
  if (stale !== undefined) note(stale);
  if (cloud && stale === undefined)
    return { ...localEnvironment(cloud, routesOf(cloud.sync_task_id, cloud.obs, cloud.region)), ...asked };
  // What needs the local cloud will say that none runs; a plan and a package do not.
  return { OMS_SYNC_APIG_GROUP: 'local', OMS_SYNC_EVENTGRID_CHANNEL_ID: 'default', ...asked };
}

async function readCloud(file: string): Promise<(LocalCloud & { readonly sync_task_id: string }) | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CommandUsageError(`${file} cannot be read: ${code}`);
  }
  try {
    const cloud = JSON.parse(text) as LocalCloud & { readonly sync_task_id: string };
    if (typeof cloud.functiongraph === 'string' && typeof cloud.obs === 'string') return cloud;
  } catch {
    // Said below.
  }
  throw new CommandUsageError(`${file} is not the file of a local cloud`);
}
