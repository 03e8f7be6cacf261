import type { Logger } from '#shared/logging/logger.ts';
import type { KeyOutcome } from './outcome.ts';
import type { RoutedChange } from './route.ts';

/** A key that OMS accepted. */
interface AcceptedKey {
  readonly syncTaskId: string;
  readonly bucket?: string | undefined;
  /** As the object is called; as it was sent where that is not known. */
  readonly key: string;
  /** OMS's id of the call. */
  readonly requestId?: string | undefined;
}

/** Whether log lines name what was accepted. */
export type LogKeys = 'all' | 'none';

/** Names and calls of one line, and bytes of the names: an invocation may accept a million. */
const LIMITS = { names: 20, calls: 20, bytes: 4_096 } as const;

interface TracedCall {
  readonly sync_task_id: string;
  readonly oms_request_id?: string;
  readonly bucket?: string;
  readonly keys?: string[];
}

/** Collects what OMS accepted of one invocation, for one log line: by it an object is found by its name. */
export class AcceptedTrace {
  readonly #logKeys: LogKeys;
  readonly #calls = new Map<string, TracedCall>();
  #count = 0;
  #named = 0;
  #bytes = 0;

  constructor(logKeys: LogKeys = 'all') {
    this.#logKeys = logKeys;
  }

  add({ syncTaskId, bucket, key, requestId }: AcceptedKey): void {
    this.#count += 1;
    const bytes = Buffer.byteLength(key);
    const isNamed = this.#logKeys === 'all' && this.#named < LIMITS.names && this.#bytes + bytes <= LIMITS.bytes;
    const id = JSON.stringify([syncTaskId, requestId, bucket]);
    let call = this.#calls.get(id);
    if (call === undefined) {
      if (this.#calls.size >= LIMITS.calls) return;
      call = {
        sync_task_id: syncTaskId,
        ...(requestId !== undefined && { oms_request_id: requestId }),
        ...(bucket !== undefined && { bucket }),
        ...(this.#logKeys === 'all' && { keys: [] }),
      };
      this.#calls.set(id, call);
    }
    if (!isNamed) return;
    call.keys?.push(key);
    this.#named += 1;
    this.#bytes += bytes;
  }

  /** @param outcomes by their indexes among the changes */
  addAll(routed: readonly RoutedChange[], outcomes: readonly KeyOutcome[]): void {
    for (const outcome of outcomes) {
      const item = routed[outcome.index];
      if (outcome.status === 'accepted' && item)
        this.add({ syncTaskId: item.syncTaskId, ...item.change, requestId: outcome.requestId });
    }
  }

  /** Writes the line, where anything was accepted. */
  write(log: Pick<Logger, 'info'>): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#named;
    log.info('accepted', { count: this.#count, accepted_keys: [...this.#calls.values()], ...(more > 0 && { more }) });
  }
}
