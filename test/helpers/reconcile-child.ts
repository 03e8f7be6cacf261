import { systemClock } from '#shared/http/clock.ts';
import { ObjectLister } from '#shared/listing/lister.ts';
import { Logger } from '#shared/logging/logger.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { ReconcileState } from '#shared/reconcile/pass/state.ts';
import { reconcile } from '#shared/reconcile/run.ts';

/** Options of a child process, as JSON in its first argument. */
export interface ChildOptions {
  readonly store: string;
  readonly oms: string;
  readonly projectId: string;
  readonly region: string;
  readonly keys: { readonly accessKey: string; readonly secretKey: string };
  readonly source: string;
  readonly destination: string;
  readonly taskId: string;
  readonly state: { readonly bucket: string; readonly prefix: string };
  readonly workers: number;
  /** Milliseconds that a run that was killed keeps others away. */
  readonly leaseMs: number;
}

/** One run of the reconciler in a process of its own. Prints how it ended. */
async function main(text: string): Promise<void> {
  const options = JSON.parse(text) as ChildOptions;
  const { region, keys, taskId, projectId } = options;
  const credentials = () => keys;
  const store = new ObjectStoreClient({ endpoint: options.store, region, credentials });
  const lister = new ObjectLister({ store });
  const oms = new OmsClient({ endpoint: options.oms, projectId, credentials });
  const states = new TaskStates({ now: Date.now });
  const { outcome, reason } = await reconcile({
    route: {
      source: { bucket: options.source },
      destination: { bucket: options.destination },
      sync_task_id: taskId,
    },
    source: lister,
    destination: lister,
    send: (call) => oms.createSyncEvents(call),
    taskState: (id) => states.of(id, oms),
    maxKeysPerCall: 10,
    concurrency: 8,
    callsPerSecond: 1000,
    state: new ReconcileState({ store, ...options.state }),
    clock: systemClock,
    remaining: () => Number.POSITIVE_INFINITY,
    workers: options.workers,
    grace: 0,
    leaseMs: options.leaseMs,
    dryRun: false,
    log: new Logger({ level: 'warn', write: (_level, line) => console.error(line) }),
  });
  process.stdout.write(JSON.stringify({ outcome, reason }), () => process.exit(0));
}

void main(process.argv[2] ?? '');
