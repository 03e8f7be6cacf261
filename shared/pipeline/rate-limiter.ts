import type { Clock } from '#shared/http/clock.ts';

export interface RateLimiterOptions extends Pick<Clock, 'now' | 'sleep'> {
  readonly perSecond: number;
  /** Most tokens that are kept for later; one second's worth where it is left out. */
  readonly burst?: number;
}

/**
 * A token bucket, shared by all invocations of a function instance. Tokens are handed out in the order in which they
 * were asked for: whoever asks takes them at once, into debt where there are none, and waits once for as long as paying
 * the debt takes. So there is no queue to keep and nothing to poll.
 *
 * Only elapsed time counts. A clock that jumps back adds nothing and takes nothing away; one that jumps ahead, as after
 * the platform froze the instance, fills the bucket and no more.
 */
export class RateLimiter {
  readonly #perMillisecond: number;
  readonly #burst: number;
  readonly #clock: Pick<Clock, 'now' | 'sleep'>;
  /** Negative while there is somebody waiting. */
  #tokens: number;
  #counted: number;

  /** @throws RangeError where the rate or the burst is no positive number */
  constructor({ perSecond, burst = perSecond, now, sleep }: RateLimiterOptions) {
    if (!(perSecond > 0 && burst > 0)) throw new RangeError('The rate and the burst must be positive.');
    this.#perMillisecond = perSecond / 1000;
    this.#burst = burst;
    this.#clock = { now, sleep };
    this.#tokens = burst;
    this.#counted = now();
  }

  /**
   * Takes tokens, after waiting for them where it must.
   *
   * @param tokens more than the bucket holds are waited for, too
   * @param remaining milliseconds that the caller can wait
   * @returns false at once where waiting would take longer; nothing is taken then
   */
  async take(tokens: number, remaining: () => number): Promise<boolean> {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#counted) * this.#perMillisecond);
    this.#counted = now;
    const wait = Math.ceil((tokens - this.#tokens) / this.#perMillisecond);
    if (wait > 0 && !(wait <= remaining())) return false;
    this.#tokens -= tokens;
    if (wait > 0) await this.#clock.sleep(wait);
    return true;
  }
}
