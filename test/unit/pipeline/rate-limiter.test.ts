import { describe, expect, it } from 'vitest';
import { RateLimiter, type RateLimiterOptions } from '#shared/pipeline/rate-limiter.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const forever = () => Number.POSITIVE_INFINITY;

function limiterWith(options: Partial<RateLimiterOptions> = {}) {
  const clock = new VirtualClock();
  const limiter = new RateLimiter({
    perSecond: 10,
    now: () => clock.now(),
    sleep: (ms) => clock.sleep(ms),
    ...options,
  });
  return { clock, limiter };
}

/** Takes one token after the other at once, and notes who got his at which millisecond. */
function takeAll(limiter: RateLimiter, clock: VirtualClock, count: number, remaining = forever) {
  const start = clock.now();
  const got: [taker: number, ms: number][] = [];
  const all = Array.from({ length: count }, async (_, taker) => {
    const granted = await limiter.take(1, remaining);
    if (granted) got.push([taker, clock.now() - start]);
    return granted;
  });
  return { got, all: Promise.all(all) };
}

describe('RateLimiter', () => {
  it('hands out one second’s worth without waiting, and no more', async () => {
    const { clock, limiter } = limiterWith();

    const { got } = takeAll(limiter, clock, 12);
    await clock.advance(0);

    expect(got).toHaveLength(10);
    expect(clock.slept).toEqual([100, 200]);
  });

  it('hands out the rest at the rate, in the order in which it was asked', async () => {
    const { clock, limiter } = limiterWith({ burst: 1 });

    const { got, all } = takeAll(limiter, clock, 5);
    await clock.run(all);

    expect(got).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
      [3, 300],
      [4, 400],
    ]);
  });

  it('lets everybody wait once: nothing is polled', async () => {
    const { clock, limiter } = limiterWith({ burst: 1 });

    await clock.run(takeAll(limiter, clock, 50).all);

    expect(clock.slept).toHaveLength(49);
  });

  it('lets nobody past who asks for less', async () => {
    const { clock, limiter } = limiterWith({ burst: 5 });
    const order: string[] = [];
    const take = (name: string, tokens: number) => limiter.take(tokens, forever).then(() => order.push(name));

    await clock.run(Promise.all([take('first', 5), take('many', 5), take('one', 1)]));

    expect(order).toEqual(['first', 'many', 'one']);
  });

  it('hands out more than the bucket holds, after as long as that takes', async () => {
    const { clock, limiter } = limiterWith({ burst: 2 });

    await clock.run(limiter.take(12, forever));

    expect(clock.slept).toEqual([1_000]);
  });

  it('refuses at once where the time does not suffice, and takes nothing', async () => {
    const { clock, limiter } = limiterWith({ burst: 1 });
    await limiter.take(1, forever);

    expect(await limiter.take(1, () => 99)).toBe(false);
    expect(await limiter.take(1, () => Number.NaN)).toBe(false);
    expect(clock.slept).toEqual([]);

    // The next gets the token that the refused did not take.
    await clock.run(limiter.take(1, () => 100));
    expect(clock.slept).toEqual([100]);
  });

  it('needs no time where there are tokens', async () => {
    const { limiter } = limiterWith();

    expect(await limiter.take(1, () => -5)).toBe(true);
  });

  it('fills up while nobody asks, and no further than its size', async () => {
    const { clock, limiter } = limiterWith({ burst: 3 });
    await limiter.take(3, forever);
    clock.jump(60_000);

    const { got } = takeAll(limiter, clock, 5);
    await clock.advance(0);

    expect(got.map(([taker]) => taker)).toEqual([0, 1, 2]);
  });

  it('takes no token away and adds none when the clock jumps back, and counts on from there', async () => {
    const { clock, limiter } = limiterWith({ burst: 2 });
    await limiter.take(1, forever);
    clock.jump(-3_600_000);

    expect(await limiter.take(1, () => 0)).toBe(true);
    expect(await limiter.take(1, () => 99)).toBe(false);
    await clock.advance(100);
    expect(await limiter.take(1, () => 0)).toBe(true);
  });

  it('is shared: two invocations together do not exceed the rate', async () => {
    const { clock, limiter } = limiterWith({ burst: 1 });

    const [one, other] = [takeAll(limiter, clock, 10), takeAll(limiter, clock, 10)];
    await clock.run(Promise.all([one.all, other.all]));

    const times = [...one.got, ...other.got].map(([, ms]) => ms).toSorted((a, b) => a - b);
    expect(times).toEqual(Array.from({ length: 20 }, (_, index) => index * 100));
  });

  it.each([{ perSecond: 0 }, { perSecond: -1 }, { perSecond: Number.NaN }, { burst: 0 }])('refuses %o', (options) => {
    expect(() => limiterWith(options)).toThrow(RangeError);
  });
});
