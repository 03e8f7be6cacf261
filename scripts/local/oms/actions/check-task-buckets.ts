import { badRequest, OMS } from '../errors.ts';
import type { Task } from '../task.ts';
import type { ActionContext } from './context.ts';

/**
 * Looks at both buckets with the task's own keys.
 * Codes: https://github.com/huaweicloudDocs/oms, cn.zh-cn/API参考/错误码.md
 * @throws OmsFault 400 OMS.0153 for the source, OMS.1020 for the destination
 */
export async function checkTaskBuckets(context: ActionContext, task: Task): Promise<void> {
  if (!context.settings.checkBuckets) return;
  const [source, destination] = await Promise.all([
    context.bucketStatus(task, 'source'),
    context.bucketStatus(task, 'destination'),
  ]);
  if (source !== 200) throw badRequest(OMS.bucketQueryFailed, `Failed to query the source bucket${cause(source)}.`);
  if (destination !== 200)
    throw badRequest(OMS.destinationBucket, `Failed to access the destination bucket${cause(destination)}.`);
}

function cause(status: number): string {
  if (status === 404) return ': it does not exist';
  if (status === 401 || status === 403) return ': the AK/SK is refused';
  return '';
}
