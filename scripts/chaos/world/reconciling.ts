import type { OverwriteMode } from '../cloud/oms.ts';
import type { Random } from '../kernel/random.ts';
import type { Upload, Wish } from './parts.ts';

/** The way in which OMS fails to copy an object that it has accepted. */
export type CopyFate =
  | 'never'
  /** Each copy has a byte more. */
  | 'other size'
  /** Not the first two times. */
  | 'late';

/** A run in which OMS copies, and reconcile looks at what came of it. */
export interface ReconcilePlan {
  readonly timers: readonly number[];
  /** Seconds. */
  readonly timeout: number;
  /** RECONCILE_GRACE_PERIOD in milliseconds. */
  readonly grace: number;
  /** Overwrite modes, by wish. */
  readonly modes: readonly OverwriteMode[];
  /** Milliseconds that a copy takes at the most. */
  readonly longestCopy: number;
  /** Fates of copies, by `bucket/key`; every other object is copied. */
  readonly fates: ReadonlyMap<string, CopyFate>;
  /** `bucket/key` of which the source says that it was modified a day later than it was. */
  readonly ahead: ReadonlySet<string>;
  /** `bucket/key` whose ETag is no checksum. */
  readonly multipart: ReadonlySet<string>;
  /** When somebody deletes copies of the objects of a wish. */
  readonly damages: readonly { readonly at: number; readonly wish: number }[];
}

const MINUTE = 60_000;
/** Worlds with more would take the time of other runs. */
const MOST_UPLOADS = 24;
const MOST_WISHES = 2;

export function drawReconciling(
  random: Random,
  {
    wishes,
    uploads,
    start,
    length,
  }: { wishes: readonly Wish[]; uploads: readonly Upload[]; start: number; length: number },
): ReconcilePlan | undefined {
  if (!random.chance(0.16) || uploads.length > MOST_UPLOADS || wishes.length > MOST_WISHES) return undefined;
  const names = [...new Set(uploads.map(({ bucket, key }) => `${bucket}/${key}`))];
  const some = (runs: number, probability: number): string[] =>
    random.chance(runs) ? names.filter(() => random.chance(probability)) : [];
  const period = random.pick([4, 8, 15]) * MINUTE;
  const timers: number[] = [];
  for (let at = start + random.int(0, period); at < start + length + 10 * MINUTE; at += period) {
    timers.push(at);
    if (random.chance(0.15)) timers.push(at + random.int(0, 2_000));
  }
  return {
    timers,
    timeout: random.pick([30, 60, 300, 900]),
    grace: random.pick([1, 5, 15]) * MINUTE,
    modes: wishes.map(() =>
      random.pick<OverwriteMode>([
        'FULL_OVERWRITE',
        'FULL_OVERWRITE',
        'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
        'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
        'NO_OVERWRITE',
      ]),
    ),
    longestCopy: random.pick([500, 20_000, 300_000]),
    fates: new Map(some(0.3, 0.2).map((name) => [name, random.pick<CopyFate>(['never', 'other size', 'late'])])),
    ahead: new Set(some(0.2, 0.2)),
    multipart: new Set(some(0.5, 0.5)),
    damages: Array.from({ length: random.int(0, 4) }, () => ({
      at: start + random.int(0, length + 10 * MINUTE),
      wish: random.int(0, wishes.length - 1),
    })),
  };
}
