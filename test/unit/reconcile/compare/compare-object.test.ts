import { describe, expect, it } from 'vitest';
import { type ComparerOptions, ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';
import { Submissions } from '#shared/reconcile/submit/submissions.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const times = { now: NOW, listedAt: NOW };
const base: ComparerOptions = { rules: DEFAULT_RULES, graceMs: 15 * MINUTE, sourceCloud: 'AWS', restore: false };
const comparer = (options: Partial<ComparerOptions> = {}) => new ObjectComparer({ ...base, ...options });
const ETAGS = { a: 'a'.repeat(32), b: 'b'.repeat(32) };
const object = (facts: Partial<ObjectFacts> = {}): ObjectFacts => ({
  key: 'key',
  size: 5,
  lastModified: NOW - 60 * MINUTE,
  etag: ETAGS.a,
  ...facts,
});
const later = NOW - 59 * MINUTE;
const earlier = NOW - 61 * MINUTE;

describe('a Judge', () => {
  it('finds nothing where nothing tells the two apart', () => {
    expect(comparer().both(object(), object({ lastModified: later }), times)).toBeUndefined();
    expect(comparer().both(object(), object({ lastModified: later, etag: 'x-2' }), times)).toBeUndefined();
  });

  it.each([
    ['size_differs', object({ size: 6, lastModified: later })],
    ['destination_older', object({ lastModified: earlier })],
    ['destination_older', object({ lastModified: earlier, etag: ETAGS.b })],
    ['size_differs', object({ size: 6, lastModified: earlier, etag: ETAGS.b })],
  ] as const)('submits what has the verdict %s', (verdict, destination) => {
    const source = object();

    expect(comparer().both(source, destination, times)).toEqual({
      key: 'key',
      verdict,
      source,
      destination,
      submit: true,
    });
  });

  it('submits what is missing', () => {
    const source = object();

    expect(comparer().sourceOnly(source, times)).toEqual({ key: 'key', verdict: 'missing', source, submit: true });
  });

  it('never submits what OMS would skip, and says why', () => {
    const changed = object({ lastModified: later, etag: ETAGS.b });
    expect(comparer().both(object(), changed, times)).toMatchObject({
      verdict: 'ignored_by_oms',
      reason: 'destination_not_older',
      submit: false,
    });
    const keeps = comparer({ rules: { ...DEFAULT_RULES, mode: 'NO_OVERWRITE' } });
    expect(keeps.both(object(), object({ size: 6 }), times)).toMatchObject({
      verdict: 'ignored_by_oms',
      reason: 'no_overwrite',
      submit: false,
    });
  });

  it('submits different contents where the task overwrites always', () => {
    const full = comparer({ rules: { ...DEFAULT_RULES, mode: 'FULL_OVERWRITE' } });

    expect(full.both(object(), object({ lastModified: later, etag: ETAGS.b }), times)).toMatchObject({
      verdict: 'checksum_differs',
      submit: true,
    });
    expect(full.both(object(), object({ lastModified: later }), times)).toBeUndefined();
  });

  it('submits different contents of the same second once, for the documents disagree on what OMS does', () => {
    const source = object();
    const destination = object({ lastModified: source.lastModified + 999, etag: ETAGS.b });
    const submissions = new Submissions();
    const later = comparer({ history: submissions });

    expect(later.both(source, destination, times)).toMatchObject({ verdict: 'checksum_differs', submit: true });
    submissions.submitted('key', true, NOW);
    const next = comparer({ history: submissions.next(true, NOW) });
    const ignored = { verdict: 'ignored_by_oms', reason: 'submitted_before', submit: false };
    expect(next.both(source, destination, times)).toMatchObject(ignored);
    // A copy changes the destination's time: it does not make the pair new.
    expect(next.both(source, { ...destination, lastModified: destination.lastModified - 1 }, times)).toMatchObject(
      ignored,
    );
    const changed = { ...source, etag: 'c'.repeat(32) };
    expect(next.both(changed, destination, times)).toMatchObject({ verdict: 'checksum_differs', submit: true });
    expect(next.both({ ...source, key: 'other' }, { ...destination, key: 'other' }, times)).toMatchObject({
      verdict: 'checksum_differs',
      submit: true,
    });
  });

  it('submits what no pass has submitted lately or often, and says why it does not', () => {
    const source = object();
    const submissions = new Submissions();
    expect(comparer({ history: submissions }).sourceOnly(source, times)).toMatchObject({
      verdict: 'missing',
      submit: true,
    });
    submissions.submitted('key', true, NOW);
    expect(comparer({ history: submissions }).sourceOnly(source, times)).toMatchObject({
      verdict: 'missing',
      submit: true,
    });

    const next = submissions.next(true, NOW);
    const minutes = (count: number) => ({ now: NOW + count * MINUTE, listedAt: NOW + count * MINUTE });
    const found = (options: Partial<ComparerOptions>, count: number) =>
      comparer({ history: next, ...options }).sourceOnly(source, minutes(count));
    expect(found({}, 9)).toMatchObject({ verdict: 'deferred', reason: 'awaiting_copy', submit: false });
    expect(found({}, 10)).toMatchObject({ verdict: 'missing', submit: true });
    expect(found({ maxSubmissions: 1 }, 9)).toMatchObject({
      verdict: 'submitted_in_vain',
      reason: 'not_copied',
      submit: false,
    });
  });

  it('calls an older destination with equal contents the same where OMS would not copy it', () => {
    const older = object({ lastModified: earlier });

    expect(comparer().both(object(), older, times)?.verdict).toBe('destination_older');
    expect(
      comparer({ rules: { ...DEFAULT_RULES, mode: 'NO_OVERWRITE' } }).both(object(), older, times),
    ).toBeUndefined();
    const byCrc64 = comparer({ rules: { ...DEFAULT_RULES, mode: 'CRC64_COMPARISON_OVERWRITE' } });
    expect(byCrc64.both(object(), older, times)).toBeUndefined();
  });

  it('does not copy again and again what has a time to come', () => {
    const source = object({ lastModified: NOW + 600 * MINUTE });
    expect(comparer().both(source, object(), times)).toBeUndefined();

    const parts = object({ etag: `${ETAGS.b}-2` });
    const finding = comparer().both(source, parts, times);
    expect(finding).toMatchObject({ verdict: 'destination_older', submit: true });
    const submissions = new Submissions();
    submissions.reserve(source, NOW);
    submissions.submitted('key', true, NOW);
    const again = comparer({ history: submissions.next(true, NOW) });
    const copied = { ...parts, lastModified: parts.lastModified + 1000 };
    expect(again.both(source, copied, times)).toMatchObject({ verdict: 'ignored_by_oms', reason: 'submitted_before' });
    // By the clock of the store it has come.
    const behind = { now: NOW, listedAt: NOW + 700 * MINUTE };
    expect(again.both(source, copied, behind)?.verdict).not.toBe('ignored_by_oms');
  });

  describe('with a grace period', () => {
    const at = (ageMs: number) => object({ lastModified: NOW - ageMs });

    it('leaves alone what was modified within it', () => {
      expect(comparer().sourceOnly(at(15 * MINUTE - 1), times)).toMatchObject({ verdict: 'in_flight', submit: false });
      expect(comparer().sourceOnly(at(15 * MINUTE), times)).toMatchObject({ verdict: 'missing', submit: true });
      expect(comparer().both(at(0), object({ size: 6 }), times)).toMatchObject({ verdict: 'in_flight', submit: false });
    });

    it('calls the same what is the same, however young', () => {
      expect(comparer().both(at(1), at(0), times)).toBeUndefined();
    });

    it('counts from when the pages were asked for, not from now', () => {
      const hourAgo = { now: NOW, listedAt: NOW - 60 * MINUTE };

      expect(comparer().sourceOnly(at(30 * MINUTE), hourAgo)).toMatchObject({ verdict: 'in_flight' });
      expect(comparer().sourceOnly(at(74 * MINUTE), hourAgo)).toMatchObject({ verdict: 'in_flight' });
      expect(comparer().sourceOnly(at(75 * MINUTE), hourAgo)).toMatchObject({ verdict: 'missing' });
    });

    it('goes by the time of the page where the clock here is behind the store', () => {
      const behind = { now: NOW - 60 * MINUTE, listedAt: NOW };

      expect(comparer().sourceOnly(at(MINUTE), behind)).toMatchObject({ verdict: 'in_flight' });
      expect(comparer().sourceOnly(at(60 * MINUTE), behind)).toMatchObject({ verdict: 'missing' });
    });

    it('does not wait for a time that is further ahead than clocks are wrong', () => {
      expect(comparer().sourceOnly(at(-15 * MINUTE), times)).toMatchObject({ verdict: 'in_flight' });
      expect(comparer().sourceOnly(at(-15 * MINUTE - 1), times)).toMatchObject({ verdict: 'missing', submit: true });
    });

    it('of nothing submits at once', () => {
      expect(comparer({ graceMs: 0 }).sourceOnly(at(0), times)).toMatchObject({ verdict: 'missing' });
    });
  });

  it('reports what OMS cannot copy with the reason, however young it is', () => {
    const archived = object({ storageClass: 'GLACIER', lastModified: NOW });
    const unmigratable = { verdict: 'unmigratable', reason: 'archived', submit: false };

    expect(comparer().sourceOnly(archived, times)).toMatchObject(unmigratable);
    expect(comparer().both(archived, object({ size: 6 }), times)).toMatchObject(unmigratable);
    expect(comparer().both(archived, { ...archived, storageClass: 'STANDARD' }, times)).toBeUndefined();
  });

  it('never submits what only the destination has', () => {
    const destination = object();

    expect(comparer().destinationOnly(destination)).toEqual({
      key: 'key',
      verdict: 'extra',
      destination,
      submit: false,
    });
  });

  it.each([
    ['oms/sync_task/', 'oms_own'],
    ['oms/sync_task/1/success_object_lists/a', 'oms_own'],
    ['oms/sync_task', 'extra'],
    ['oms/sync_tasks/x', 'extra'],
    ['OMS/sync_task/x', 'extra'],
    ['x/oms/sync_task/x', 'extra'],
  ])('knows whether OMS itself has written %s: %s', (key, verdict) => {
    expect(comparer().destinationOnly(object({ key }))).toMatchObject({ verdict, submit: false });
  });

  it('submits below the prefix of OMS only where the source is no destination itself', () => {
    const key = 'oms/sync_task/x';
    const chained = comparer({ sourceHasResultLists: true });

    expect(comparer().sourceOnly(object({ key }), times)).toMatchObject({ verdict: 'missing', submit: true });
    expect(chained.sourceOnly(object({ key }), times)).toMatchObject({ verdict: 'oms_own', submit: false });
    expect(chained.both(object({ key }), object({ key, size: 6 }), times)).toMatchObject({
      verdict: 'oms_own',
      submit: false,
    });
    expect(chained.sourceOnly(object(), times)).toMatchObject({ verdict: 'missing', submit: true });
  });
});
