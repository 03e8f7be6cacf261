import type { OmsStore, PendingObject } from '../store.ts';
import type { OverwriteMode, Task } from '../task.ts';

/** Services that an action may use. An action knows nothing of HTTP: it returns the body of a 200 or throws an OmsFault. */
export interface ActionContext {
  readonly store: OmsStore;
  readonly now: () => number;
  readonly newTaskId: () => string;
  readonly enqueue: (objects: readonly PendingObject[]) => void;
  /** The status that a bucket answers HEAD with; 0 where it does not answer. */
  readonly bucketStatus: (task: Task, side: 'source' | 'destination') => Promise<number>;
  readonly closing: () => boolean;
  readonly settings: ActionSettings;
}

interface ActionSettings {
  readonly keyDecoding: 'form' | 'rfc3986';
  readonly maxKeysPerCall: number;
  readonly taskQuota: number;
  readonly checkBuckets: boolean;
  readonly eventsWhileStopped: 'refuse' | 'accept';
  readonly overwriteMode: OverwriteMode;
  readonly queueLimit: number;
  /** Milliseconds from the call until the task runs, or has stopped. */
  readonly startTime: number;
  readonly stopTime: number;
}
