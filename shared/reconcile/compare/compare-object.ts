import { OMS_RESULT_PREFIX } from '#shared/pipeline/filter.ts';
import { type MigrationOptions, unmigratable } from './migratable.ts';
import {
  type ComparePairOptions,
  comparePair,
  looksSame,
  type OverwriteRules,
  type Pair,
  submission,
} from './overwrite-rules.ts';
import type { Finding, ObjectFacts, SubmissionHistory, SubmittedVerdict } from './verdict.ts';

export interface ComparerOptions extends Partial<ComparePairOptions>, MigrationOptions {
  readonly rules: OverwriteRules;
  /**
   * Milliseconds. What differs and was modified at the source within this time before the listings were made is in
   * flight: its notification may still be on the way.
   */
  readonly graceMs: number;
  /** The source bucket is the destination of another task, so that it holds lists that OMS wrote there. */
  readonly sourceHasResultLists?: boolean;
  /** Milliseconds since the epoch: the present is not earlier, whatever a clock says that has gone back. */
  readonly notBefore?: number | undefined;
  /** Earlier submissions; none where it is left out. */
  readonly history?: SubmissionHistory;
  /** Most submissions of an object whose source stays the same; no bound where it is left out. */
  readonly maxSubmissions?: number | undefined;
}

const NO_HISTORY: SubmissionHistory = { find: () => undefined, reserve: () => true };

/** The times that a verdict depends on, in milliseconds since the epoch. */
export interface CompareTimes {
  readonly now: number;
  /**
   * The request time of the older of the two pages at hand: neither can know of what happened later. Above `now` where
   * the store's clock is ahead of the one here.
   */
  readonly listedAt: number;
}

/** Decides what is to be said of an object, and whether it is submitted. Knows nothing of listings. */
export class ObjectComparer {
  readonly #options: ComparerOptions & ComparePairOptions;
  readonly #history: SubmissionHistory;

  constructor(options: ComparerOptions) {
    this.#options = { ...options, compareETags: options.compareETags ?? true };
    this.#history = options.history ?? NO_HISTORY;
  }

  /** @returns undefined where both are the same */
  both(source: ObjectFacts, destination: ObjectFacts, times: CompareTimes): Finding | undefined {
    if (looksSame(source, destination, this.#options)) return undefined;
    if (this.#isOwn(source.key)) return { key: source.key, verdict: 'oms_own', source, destination, submit: false };
    const pair = comparePair(source, destination, this.#options);
    const outcome = this.#submission(source, pair, times);
    // Proven equal, and a copy would not be made or would prove nothing: nothing is to be repaired.
    if (pair.contents === 'equal' && outcome !== 'copied') return undefined;
    return this.#differs(differenceOf(pair), source, times, destination, pair, outcome);
  }

  sourceOnly(source: ObjectFacts, times: CompareTimes): Finding {
    if (this.#isOwn(source.key)) return { key: source.key, verdict: 'oms_own', source, submit: false };
    return this.#differs('missing', source, times);
  }

  destinationOnly(destination: ObjectFacts): Finding {
    const verdict = destination.key.startsWith(OMS_RESULT_PREFIX) ? 'oms_own' : 'extra';
    return { key: destination.key, verdict, destination, submit: false };
  }

  /** @param pair absent where there is no destination */
  #differs(
    verdict: SubmittedVerdict,
    source: ObjectFacts,
    times: CompareTimes,
    destination?: ObjectFacts,
    pair?: Pair,
    outcome = submission(this.#options.rules, pair),
  ): Finding {
    const finding = { key: source.key, source, ...(destination && { destination }) };
    const known = this.#history.find(source, times.now);
    const reason = unmigratable(source, this.#options);
    if (reason) return { ...finding, verdict: 'unmigratable', reason, submit: false };
    if (this.isInFlight(source, times)) return { ...finding, verdict: 'in_flight', submit: false };
    if (outcome === 'skipped') {
      const reason = this.#options.rules.mode === 'NO_OVERWRITE' ? 'no_overwrite' : 'destination_not_older';
      return { ...finding, verdict: 'ignored_by_oms', reason, submit: false };
    }
    // The submission of this pass, whose step is done again.
    if (known?.acceptedNow) return { ...finding, verdict, submit: true };
    if (outcome === 'doubtful' && known?.accepted)
      return { ...finding, verdict: 'ignored_by_oms', reason: 'submitted_before', submit: false };
    const { maxSubmissions = Number.POSITIVE_INFINITY } = this.#options;
    if (known && known.count >= maxSubmissions)
      return { ...finding, verdict: 'submitted_in_vain', reason: 'not_copied', submit: false };
    if (known?.waits) return { ...finding, verdict: 'deferred', reason: 'awaiting_copy', submit: false };
    if (!this.#history.reserve(source, times.now))
      return { ...finding, verdict: 'deferred', reason: 'too_many', submit: false };
    return { ...finding, verdict, submit: true };
  }

  /** A source of a time to come is copied, and found older, again and again: one submission must be enough. */
  #submission(source: ObjectFacts, pair: Pair, { now, listedAt }: CompareTimes): ReturnType<typeof submission> {
    const outcome = submission(this.#options.rules, pair);
    const neverOlder = pair.size === 'same' && pair.time === 'older' && source.lastModified > Math.max(now, listedAt);
    return outcome === 'copied' && neverOlder ? 'doubtful' : outcome;
  }

  /** Whether its notification may be on the way. A time that is further ahead than that is one of a wrong clock. */
  isInFlight(source: ObjectFacts, { now, listedAt }: CompareTimes): boolean {
    const { graceMs, notBefore = 0 } = this.#options;
    const listed = Math.max(listedAt, notBefore);
    return source.lastModified > listed - graceMs && source.lastModified <= Math.max(now, listed) + graceMs;
  }

  #isOwn(key: string): boolean {
    return this.#options.sourceHasResultLists === true && key.startsWith(OMS_RESULT_PREFIX);
  }
}

function differenceOf(pair: Pair): SubmittedVerdict {
  if (pair.size === 'differs') return 'size_differs';
  return pair.time === 'older' ? 'destination_older' : 'checksum_differs';
}
