import type { Verdict as Compared } from '#shared/reconcile/compare/verdict.ts';

/** States of each station on an object's way, in their order. Every station may also be `unknown`. */
interface StationStates {
  source: 'present' | 'absent';
  /** The functions' logs tell. */
  notification: 'received' | 'failing' | 'not_seen';
  trigger: 'routed' | 'not_routed' | 'filtered';
  /** Asynchronous invocations of FunctionGraph. It does not tell which objects they name. */
  queue: 'empty' | 'waiting';
  dead_letter: 'none' | 'dead_letter' | 'failed_invocation' | 'parked';
  oms: 'running' | 'stopped' | 'not_found' | 'copied' | 'failed' | 'skipped';
  destination: Exclude<Compared, 'oms_own'>;
}

export type StationName = keyof StationStates;
export type StateOf<N extends StationName> = StationStates[N] | 'unknown';

export const STATIONS = [
  'source',
  'notification',
  'trigger',
  'queue',
  'dead_letter',
  'oms',
  'destination',
] as const satisfies readonly StationName[];

export interface Cause {
  /** Stable. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** One station's answer. */
export interface Station<N extends StationName = StationName> {
  readonly name: N;
  readonly state: StateOf<N>;
  /** ISO 8601; what it is the time of depends on the station. */
  readonly at: string | null;
  /** One sentence or two. Of an unknown state: why it is unknown. */
  readonly detail: string;
  /** Why the object is held here, or why nothing is known. Not part of the published document. */
  readonly cause?: Cause;
}

export type Stations = { readonly [N in StationName]: Station<N> };

export const VERDICTS = [
  'arrived',
  'in_flight',
  'waiting',
  'dead_lettered',
  'parked',
  'failed_at_oms',
  'skipped_by_oms',
  'not_routed',
  'missing',
  'not_in_source',
  'unknown',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Next {
  readonly action: string;
  /** `you`, a timer (`redrive`, `reconcile`), `oms` or `platform`. */
  readonly by: 'you' | 'redrive' | 'reconcile' | 'oms' | 'platform';
  /** ISO 8601; null where nothing says when. */
  readonly at: string | null;
}

/** Where an object is: the answer of GET /objects and of `oms-sync where --json`. */
export interface ObjectReport {
  readonly bucket: string;
  readonly key: string;
  readonly verdict: Verdict;
  readonly cause: Cause | null;
  readonly next: Next | null;
  readonly stations: readonly Pick<Station, 'name' | 'state' | 'at' | 'detail'>[];
}

export function isoOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined || !Number.isFinite(milliseconds) ? null : new Date(milliseconds).toISOString();
}
