import { badRequest, OMS, OmsFault } from '../errors.ts';
import { decodeObjectKey } from '../keys.ts';
import { statusAt } from '../task.ts';
import type { ActionContext } from './context.ts';
import { findTask } from './find-task.ts';

/**
 * Accepts the keys for copying; 200 says no more than that. A key that has no object becomes a failed object of the
 * month. https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 * @throws OmsFault 404 unknown task; 400 too many keys, a key that is not URL-encoded, a stopped task; 503 busy
 */
export async function createSyncEvents(
  context: ActionContext,
  input: {
    readonly path: { readonly project_id: string; readonly sync_task_id: string };
    readonly body: { readonly object_keys: readonly string[] };
  },
): Promise<undefined> {
  const { store, settings } = context;
  const encoded = input.body.object_keys;
  // "A maximum of 10 objects can be included", though the table allows 100.
  if (encoded.length > settings.maxKeysPerCall)
    throw badRequest(
      OMS.invalidRequestParameter,
      `The parameter object_keys must have at most ${settings.maxKeysPerCall} elements.`,
    );
  const task = findTask(store, input.path.project_id, input.path.sync_task_id);
  const keys = encoded.map((text, index) => {
    const key = decodeObjectKey(text, settings.keyDecoding);
    // "The list of URL-encoded names": what a decoder refuses is refused for the whole call, before anything is kept.
    if (key === undefined) throw badRequest(OMS.invalidParameter, `object_keys[${index}] is not URL-encoded.`);
    return key;
  });
  // Not documented: an option.
  if (statusAt(task, context.now()) === 'STOPPED' && settings.eventsWhileStopped === 'refuse')
    throw badRequest(OMS.notInProgress, 'The synchronization task is not in progress.');
  if (context.closing() || store.pendingCount + keys.length > settings.queueLimit)
    throw new OmsFault(503, OMS.internal, 'The service is unavailable. Please try again later.');
  context.enqueue(store.accept(task.id, keys, context.now()));
  return undefined;
}
