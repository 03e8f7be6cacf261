import { badRequest, OMS, OmsFault } from '../errors.ts';
import { decodeObjectKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import { findTask, operation, TASK } from '../operation.ts';
import { PROJECT_ID } from '../parameters.ts';
import { statusAt } from '../task.ts';

/**
 * Accepts the keys for copying; 200 says no more than that. A key that has no object becomes a failed object of the
 * month. https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html, updated 2026-04-09
 */
export const createSyncEvents = operation(
  ['CreateSyncEvents', 'POST', `${TASK}/events`, 'createEvent'],
  {
    // This page alone says 1 to 1024.
    path: { project_id: PROJECT_ID, sync_task_id: { type: 'string', mandatory: true, min: 1, max: 1024 } },
    body: {
      object_keys: {
        ...({ type: 'array', mandatory: true, min: 1, max: LIMITS.keysInSchema } as const),
        element: { type: 'string', min: 1, max: LIMITS.encodedKeyLength },
      },
    },
  },
  async (context, { path, body: { object_keys: encoded } }) => {
    const { store, settings } = context;
    // "A maximum of 10 objects can be included", though the table allows 100.
    if (encoded.length > settings.maxKeysPerCall)
      throw badRequest(
        OMS.invalidRequestParameter,
        `The parameter object_keys must have at most ${settings.maxKeysPerCall} elements.`,
      );
    const task = findTask(store, path);
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
  },
);
