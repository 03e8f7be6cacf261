import { performance } from 'node:perf_hooks';
import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { Bench } from './measurement.ts';
import { median, pairedRatio, spread } from './statistics.ts';

/**
 * Key encoding against the platform's own `encodeURIComponent`, which does less: it leaves `!'()*` bare and checks no
 * length. Both encode the same keys in the same run; rounds are interleaved and their order turns, so that neither
 * gets the warmer half.
 */

const KEYS = 2000;
const PASSES = 50;
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
/** The slowest acceptable speed, as a share of `encodeURIComponent`'s. */
const TARGET = 0.8;

/** The same keys in every run: paths of 2 to 6 segments of unreserved characters, 41 characters on average. */
function asciiKeys(): string[] {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.';
  let state = 20_261_121;
  // A linear congruential generator; the bench needs the same keys every time, not good randomness.
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: KEYS }, () => {
    const segments = Array.from({ length: 2 + below(5) }, () =>
      Array.from({ length: 3 + below(14) }, () => alphabet[below(alphabet.length)]).join(''),
    );
    // A buffer makes a flat string, as a parsed event holds it.
    return Buffer.from(segments.join('/')).toString();
  });
}

/** Nanoseconds per key of one round. */
function round(encode: (key: string) => string, keys: readonly string[], sink: { sum: number }): number {
  const start = performance.now();
  for (let pass = 0; pass < PASSES; pass++) {
    for (const key of keys) {
      const encoded = encode(key);
      // Reading the last character flattens the result, which a concatenation would otherwise put off.
      sink.sum += encoded.charCodeAt(encoded.length - 1);
    }
  }
  return ((performance.now() - start) * 1e6) / (PASSES * keys.length);
}

export const encoding: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : ROUNDS;
  const keys = asciiKeys();
  if (keys.some((key) => encodeOmsKey(key) !== encodeURIComponent(key)))
    throw new Error('The two encoders disagree on a key of the bench');
  const [ours, theirs]: [number[], number[]] = [[], []];
  const sink = { sum: 0 };
  const variants = [
    () => ours.push(round((key) => encodeOmsKey(key), keys, sink)),
    () => theirs.push(round((key) => encodeURIComponent(key), keys, sink)),
  ];
  for (let index = 0; index < WARM_UP_ROUNDS + rounds; index++)
    for (const variant of index % 2 === 0 ? variants : variants.toReversed()) variant();
  if (sink.sum === 0) throw new Error('The bench encoded nothing');
  const [own, platform] = [ours.slice(WARM_UP_ROUNDS), theirs.slice(WARM_UP_ROUNDS)];
  return [
    {
      measure: 'encodeOmsKey against encodeURIComponent alone',
      value: `${median(own).toFixed(0)} ns/key`,
      baseline: `${median(platform).toFixed(0)} ns/key`,
      ...pairedRatio(platform, own),
      target: { atLeast: TARGET },
      noise: spread(platform),
    },
  ];
};
