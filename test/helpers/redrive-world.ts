import { DeadLetters } from '#shared/deadletters/store.ts';
import { decodeKey } from '#shared/encoding/decode.ts';
import type { Clock } from '#shared/http/clock.ts';
import { Logger } from '#shared/logging/logger.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { type RedriveRun, redrive } from '#shared/redrive/redrive.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import { FORM } from './key-encodings.ts';
import { MemoryObjectStore, type MemoryObjectStoreOptions } from './memory-object-store.ts';
import { omsError } from './oms-error.ts';

export const STATE_BUCKET = 'state';
export const PREFIXES = { deadLetters: 'dead-letters/', parked: 'parked/', failedInvocations: 'failed-invocations/' };
const ROUTES: readonly Route[] = [{ source: { bucket: 'source' }, sync_task_id: 'task-1' }];
/** When the tests take place. */
export const NOW = Date.parse('2026-10-01T12:00:00Z');

/** The reaction of OMS to a key: an answer, or the error that the client throws. */
export type Reaction = 'accept' | 'refuse' | 'fail';

/** A state bucket, an OMS that reacts as it is told, and a clock that stands still. */
export class RedriveWorld {
  readonly store: MemoryObjectStore;
  readonly clock: Clock & { time: number };
  /** Reactions to real names; every other name is accepted. */
  readonly reactions = new Map<string, Reaction>();
  /** `task/key` in the order in which OMS accepted them. */
  readonly accepted: string[] = [];
  readonly calls: { readonly syncTaskId: string; readonly keys: readonly string[] }[] = [];
  /** Lines of the log, parsed. */
  readonly lines: Record<string, unknown>[] = [];
  /** Every key fails where it is set, whatever its own reaction. */
  outage: unknown;
  beforeCall: () => Promise<void> = async () => {};
  routes = ROUTES;

  constructor(options: MemoryObjectStoreOptions = {}) {
    this.clock = { time: NOW, now: () => this.clock.time, sleep: async () => {}, random: () => 0 };
    this.store = new MemoryObjectStore({ now: () => this.clock.now(), ...options });
  }

  get deadLetters(): DeadLetters {
    return new DeadLetters({
      store: this.store,
      bucket: STATE_BUCKET,
      prefix: PREFIXES.deadLetters,
      parkedPrefix: PREFIXES.parked,
    });
  }

  redrive(options: Partial<RedriveRun> = {}): Promise<RedriveReport> {
    return redrive({
      deadLetters: this.deadLetters,
      store: this.store,
      bucket: STATE_BUCKET,
      prefixes: PREFIXES,
      maxAttempts: 10,
      maxKeysPerCall: 10,
      concurrency: 4,
      routes: this.routes,
      keyEncodings: FORM,
      clock: this.clock,
      remaining: () => Number.POSITIVE_INFINITY,
      filter: {},
      dryRun: false,
      backoff: false,
      id: 'run-1',
      redact: (text) => text,
      log: new Logger({ level: 'debug', write: (_level, line) => this.lines.push(JSON.parse(line)) }),
      send: (call) => this.#send(call),
      taskState: async () => 'running',
      ...options,
    });
  }

  /** Names of the documents that are left, reports apart. */
  documents(): string[] {
    return this.store.keys(STATE_BUCKET);
  }

  read(name: string): Record<string, unknown> {
    return JSON.parse(this.store.text(STATE_BUCKET, name) ?? 'null') as Record<string, unknown>;
  }

  async #send({ syncTaskId, objectKeys }: { syncTaskId: string; objectKeys: readonly string[] }) {
    await this.beforeCall();
    const keys = objectKeys.map((key) => decodeKey('rfc3986', key));
    this.calls.push({ syncTaskId, keys });
    if (this.outage !== undefined) throw this.outage;
    const reactions = keys.map((key) => this.reactions.get(key) ?? 'accept');
    if (reactions.includes('fail')) throw omsError(503, 'OMS.1001');
    if (reactions.includes('refuse')) throw omsError(400, 'OMS.0064');
    for (const key of keys) this.accepted.push(`${syncTaskId}/${key}`);
    return { attempts: 1 };
  }
}
