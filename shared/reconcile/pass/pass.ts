import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import type { LiveRange } from '#shared/listing/live-range.ts';
import { type KeyRange, rangeOf } from '#shared/listing/ranges.ts';
import { addCounts, addRefusedByCode, type Counts, noCounts, type RefusedByCode } from '../compare/counts.ts';
import { STATE_LIMITS } from '../document-limits.ts';
import type { StoppedRange } from '../report/report.ts';
import { Submissions } from '../submit/submissions.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isFinished, joined, newRange, type RangeState, withNames, withoutSparedKeys } from './range-state.ts';

/** A range of the pass, and what this run knows of it besides. */
export interface ActiveRange {
  state: RangeState;
  /** Its bounds, where this run works at it or has: they narrow when another worker takes a part. */
  live: LiveRange | undefined;
  /** Why this run leaves it alone. */
  fault: (StoppedRange & { readonly passing: boolean; readonly error: unknown }) | undefined;
  /** The source has no object here, as a second look has confirmed. */
  confirmedEmpty: boolean;
  /** The source has listed nothing here, and there is nothing yet that would confirm it. */
  unjudged: boolean;
  listingTries: number;
  /** Second looks that found an object where the source had listed none. */
  emptyLooks: number;
}

/** A pass as its runs leave it to each other, and as a run works at it. */
export class Pass {
  /** The checkpoint, as the run found or began it, without what changes. */
  readonly head: Omit<Checkpoint, 'ranges' | 'submissions' | 'submissions_since' | 'over'>;
  readonly submissions: Submissions;
  /** Its report is written, or must not be: the next run begins another pass. */
  over: boolean;
  #active: ActiveRange[];

  constructor({ ranges, submissions, submissions_since: since, over = false, ...head }: Checkpoint) {
    this.head = head;
    this.submissions = new Submissions(since === undefined ? undefined : Date.parse(since));
    this.submissions.add(submissions ?? '');
    this.over = over;
    this.#active = ranges.map(toActiveRange);
  }

  static begin(head: Omit<Checkpoint, 'version' | 'runs' | 'ranges'>, submissions = new Submissions()): Pass {
    return new Pass({ version: 1, ...head, runs: 1, ...rememberedOf(submissions), ranges: [newRange({})] });
  }

  get activeRanges(): readonly ActiveRange[] {
    return this.#active;
  }

  get isComplete(): boolean {
    return this.ranges().every(({ done }) => done);
  }

  resumed(): Pass {
    return new Pass({ ...this.checkpoint(), runs: Math.min(this.head.runs + 1, STATE_LIMITS.passes) });
  }

  /** Ranges still to be judged, apart from those that this run leaves alone. */
  open(): KeyRange[] {
    return this.#active
      .filter(({ state, fault, unjudged }) => !state.done && !fault && !unjudged)
      .map((active) => {
        const { cursor, after, until } = boundsOf(active);
        return rangeOf(cursor ?? after, until);
      });
  }

  /** The active range that a worker begins with, or takes as a part of another one. */
  begin(live: LiveRange): ActiveRange {
    const { after, until } = live.range;
    // Its cursor may be ahead of where the worker was told to begin, for another run may have come further since.
    const known = this.#active.find((active) => {
      const bounds = boundsOf(active);
      return bounds.until === until && compareBounds(bounds.after, after) <= 0;
    });
    const active = known ?? toActiveRange(newRange({ after, until }));
    if (known === undefined) this.#active.push(active);
    else active.state = boundsOf(active);
    active.live = live;
    return active;
  }

  /** All ranges in order, without a gap: what a worker has yet to begin with is a range of its own. */
  ranges(): RangeState[] {
    const ranges: RangeState[] = [];
    const known = this.#active.map(boundsOf).sort((a, b) => compareBounds(a.after, b.after));
    for (const range of known) {
      const before = ranges.at(-1);
      if (before && before.until !== range.after) ranges.push(newRange({ after: before.until, until: range.after }));
      ranges.push(range);
    }
    const last = ranges.at(-1);
    if (last?.until !== undefined) ranges.push(newRange({ after: last.until }));
    return ranges;
  }

  checkpoint(): Checkpoint {
    return { ...this.head, ...(this.over && { over: true }), ...rememberedOf(this.submissions), ranges: this.ranges() };
  }

  /**
   * @param redact puts a mark in the place of a credential. Names that a report would show hold none then; those by
   *   which the next run goes on stay as they are, for another name is another object
   */
  toText(redact: (text: string) => string = (text) => text): string {
    this.#compact();
    const { submissions, ...checkpoint } = this.checkpoint();
    const ranges = withoutSparedKeys(checkpoint.ranges);
    const write = (change?: (keys: readonly string[]) => string[]): string =>
      JSON.stringify({ ...checkpoint, ranges: change ? withNames(ranges, change) : ranges });
    let text = write();
    // Names of the report are given up before the position is.
    if (Buffer.byteLength(text) > STATE_LIMITS.bytes['checkpoint.json']) text = write(() => []);
    else if (redact(text) !== text) text = write((keys) => keys.map(redact));
    // Digests, of which a large text is made: nothing in it is to be looked for.
    return submissions === undefined ? text : `${text.slice(0, -1)},"submissions":"${submissions}"}`;
  }

  /** Joins what is settled, so that a long pass of many workers has not ever more ranges. */
  #compact(): void {
    const sorted = [...this.#active].sort((a, b) => compareBounds(a.state.after, b.state.after));
    const kept: ActiveRange[] = [];
    for (const active of sorted) {
      const before = kept.at(-1);
      const [first, second] = [before && boundsOf(before), boundsOf(active)];
      const follows = first && first.until !== undefined && first.until === second.after;
      if (follows && isFinished(first) && isFinished(second))
        kept[kept.length - 1] = toActiveRange(joined(first, second));
      else kept.push(active);
    }
    this.#active = kept;
  }

  /** Takes over what another run has done of the same ranges, as merged. A worker whose range has changed begins anew. */
  adopt(merged: Checkpoint): void {
    this.submissions.add(merged.submissions ?? '');
    for (const active of this.#active) {
      const { after, until } = boundsOf(active);
      const range = merged.ranges.find((each) => each.after === after && each.until === until);
      if (range && range.cursor !== active.state.cursor) active.state = range;
      else if (range?.done && !active.state.done) active.state = range;
    }
  }

  totals(): PassTotals {
    const states = this.#active.map(({ state }) => state);
    const sum = (of: (state: RangeState) => number): number => states.reduce((total, state) => total + of(state), 0);
    return {
      accepted: sum(({ accepted }) => accepted),
      failed: sum(({ failed }) => failed),
      pending: sum(({ pending }) => pending.length),
      calls: { list: sum(({ list_calls }) => list_calls), events: sum(({ event_calls }) => event_calls) },
      ranges: { done: states.filter(({ done }) => done).length, total: states.length },
    };
  }

  counts(): Counts {
    return this.ranges().reduce((total, { counts }) => addCounts(total, counts), noCounts());
  }

  refused(): RefusedByCode {
    return addRefusedByCode(this.ranges().map(({ refused }) => refused));
  }

  get sourceObjects(): number {
    return this.#active.reduce((total, { state }) => total + state.counts.source.objects, 0);
  }
}

export interface PassTotals {
  readonly accepted: number;
  readonly failed: number;
  readonly pending: number;
  readonly calls: { readonly list: number; readonly events: number };
  readonly ranges: { readonly done: number; readonly total: number };
}

function rememberedOf(submissions: Submissions): Pick<Checkpoint, 'submissions' | 'submissions_since'> {
  const { since } = submissions;
  const text = submissions.toText();
  return {
    ...(text !== '' && { submissions: text }),
    ...(since !== undefined && { submissions_since: new Date(since).toISOString() }),
  };
}

function toActiveRange(state: RangeState): ActiveRange {
  return {
    state,
    live: undefined,
    fault: undefined,
    confirmedEmpty: false,
    unjudged: false,
    listingTries: 0,
    emptyLooks: 0,
  };
}

/** An active range's state with its bounds of the moment. */
export function boundsOf({ state, live }: ActiveRange): RangeState {
  if (live === undefined || live.range.until === state.until) return state;
  const { until: _, ...rest } = state;
  return { ...rest, ...rangeOf(state.after, live.range.until) };
}

function compareBounds(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareUtf8(a, b);
}
