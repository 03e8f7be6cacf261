import type { OmsClient } from '#shared/oms/client.ts';
import type { ShowSyncTaskResponse } from '#shared/oms/schemas/show-sync-task-response.ts';
import { UsageError } from '../errors.ts';
import type { CommandLine } from './flags.ts';
import { explain } from './problems.ts';
import type { Target } from './target.ts';

type Sides = Pick<Target, 'source' | 'destination'>;

/**
 * Looks at the sync task before anything is submitted to it: a task of other buckets would copy objects of the same
 * names from somewhere else.
 *
 * @returns what is to be said of the task, a sentence each
 * @throws UsageError where the task is of other buckets, or is stopped and would be submitted to; an error in one line
 *   where OMS does not show it
 */
export async function checkTask(
  oms: Pick<OmsClient, 'showSyncTask'>,
  { task = '', dryRun }: Pick<CommandLine, 'task' | 'dryRun'>,
  sides: Sides,
  now: number,
): Promise<string[]> {
  const shown = await oms.showSyncTask({ syncTaskId: task, queryTime: now }).catch((error: unknown) => {
    throw new Error(explain(error), { cause: error });
  });
  checkBuckets(shown, sides);
  if (shown.status !== 'STOPPED') return [];
  if (dryRun) return ['The sync task is stopped and takes nothing: start it before you submit.'];
  throw new UsageError('the sync task is stopped and takes nothing: start it first, or look with --dry-run');
}

function checkBuckets(shown: ShowSyncTaskResponse, { source, destination }: Sides): void {
  const told = [
    ['source', shown.src_bucket, source.bucket],
    ['destination', shown.dst_bucket, destination.bucket],
  ] as const;
  // Tencent's buckets are called name-APPID; a task may have the two apart.
  const names = (ofTask: string): string[] => [ofTask, `${ofTask}-${shown.app_id ?? ''}`];
  for (const [side, ofTask, given] of told)
    if (typeof ofTask === 'string' && ofTask !== '' && !names(ofTask).includes(given))
      throw new UsageError(`--task is a sync task whose ${side} bucket is ${ofTask}, not ${given}`);
  const { src_cloud_type: cloud } = shown;
  if (typeof cloud === 'string' && cloud !== '' && cloud !== source.cloud)
    throw new UsageError(`--task is a sync task from ${cloud}, not from ${source.cloud}: see --source-provider`);
}
