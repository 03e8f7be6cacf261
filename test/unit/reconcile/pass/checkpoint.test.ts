import { describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint } from '#shared/reconcile/pass/checkpoint.ts';
import { advance, finish, newRange, type RangeState } from '#shared/reconcile/pass/range-state.ts';
import { routeDigest } from '#shared/reconcile/route-identity.ts';
import { stepOf } from '../../../helpers/reconcile.ts';

const ROUTE = 'r'.repeat(32);
const accepted = (count: number) => ({ accepted: count, failed: 0, pending: [], calls: 1 });
const step = stepOf('g', { missing: 2, same: 3, unmigratable: 1 });
const ranges: RangeState[] = [
  finish(advance(newRange({ until: 'f' }), stepOf('f', { same: 1 }), accepted(0), 2), 1),
  advance(newRange({ after: 'f', until: '\uff5e' }), step, { ...accepted(1), pending: ['\u{1f600}\r\n'] }, 2),
  newRange({ after: '\uff5e', until: '\u{1f600}' }),
  newRange({ after: '\u{1f600}' }),
];
const checkpoint: Checkpoint = {
  version: 1,
  route: ROUTE,
  pass: 7,
  id: 'abc',
  started: '2026-11-21T12:00:00.000Z',
  runs: 3,
  ranges,
  submissions: `${'k'.repeat(10)}${'s'.repeat(6)}020000005`,
  submissions_since: '2026-11-21T11:45:00.000Z',
};
type Json = Record<string, unknown>;
const changed = (change: (value: Json & { ranges: Json[] }) => void): string => {
  const value = JSON.parse(JSON.stringify(checkpoint));
  change(value);
  return JSON.stringify(value);
};
const range = (index: number, facts: Json): string =>
  changed(({ ranges: all }) => {
    all[index] = { ...all[index], ...facts };
  });

describe('a checkpoint', () => {
  it('is read as it was written', () => {
    expect(readCheckpoint(JSON.stringify(checkpoint), ROUTE)).toEqual({ checkpoint, restarted: [] });
  });

  it('keeps fields of later programs of the same version out of the way', () => {
    const read = readCheckpoint(
      changed((value) => {
        value['later'] = 1;
      }),
      ROUTE,
    );

    expect(read.checkpoint).toEqual(checkpoint);
  });

  it('of a release that remembered only pairs in doubt goes on', () => {
    const read = readCheckpoint(
      changed((value) => {
        delete value['submissions'];
        delete value['submissions_since'];
        Object.assign(value, { submitted_before: ['x'], submitted_until: '2026-11-21T12:00:00.000Z' });
        for (const each of value.ranges) {
          Object.assign(each, { doubts: ['x'], ahead: ['h'] });
          const { verdicts } = each['counts'] as { verdicts: Json };
          delete verdicts['deferred'];
          delete verdicts['submitted_in_vain'];
        }
      }),
      ROUTE,
    );
    const { submissions: _, submissions_since: __, ...old } = checkpoint;

    expect(read).toEqual({ checkpoint: old, restarted: [] });
  });

  it.each<[string, string]>([
    ['is empty', ''],
    ['is broken off', JSON.stringify(checkpoint).slice(0, -20)],
    ['is no JSON', '<Error/>'],
    ['is null', 'null'],
    ['has no version', changed((value) => delete value['version'])],
    ['has version 0', changed((value) => Object.assign(value, { version: 0 }))],
    ['has no ranges', changed((value) => Object.assign(value, { ranges: [] }))],
    ['has a start that is no time', changed((value) => Object.assign(value, { started: 'now' }))],
    ['has submissions that nobody can read', changed((value) => Object.assign(value, { submissions: 'x' }))],
    ['has pass 0', changed((value) => Object.assign(value, { pass: 0 }))],
    ['has a range without readable bounds', range(1, { after: 5 })],
    ['begins behind the beginning', range(0, { after: 'a' })],
    ['ends before the end', range(3, { until: '\u{1f601}' })],
    ['leaves a gap', range(1, { after: 'h' })],
    ['covers something twice', range(1, { after: 'e' })],
    ['lacks a range', changed(({ ranges: all }) => all.splice(1, 1))],
    ['goes back', changed(({ ranges: all }) => all.splice(1, 1, { ...all[1], until: 'b' }, { ...all[1], after: 'b' }))],
    [
      'has two ranges out of order',
      changed(({ ranges: all }) => {
        const [first, second, third, fourth] = all as [Json, Json, Json, Json];
        // Each begins where the one before ends, but one of them runs backwards.
        all.splice(0, 4, first, { ...second, until: 'a' }, { ...third, after: 'a', until: '\u{1f600}' }, fourth);
      }),
    ],
  ])('that %s is none', (_name, text) => {
    expect(readCheckpoint(text, ROUTE)).toEqual({ reason: 'corrupt' });
  });

  it('of a newer program is told from a corrupt one', () => {
    const text = JSON.stringify({ version: 2, everything: 'else' });

    expect(readCheckpoint(text, ROUTE)).toEqual({ reason: 'newer_version' });
  });

  it('of another route is none', () => {
    expect(readCheckpoint(JSON.stringify(checkpoint), 'q'.repeat(32))).toEqual({ reason: 'other_route' });
  });

  it.each<[string, Json]>([
    ['has no counts', { counts: undefined }],
    ['has counts of the wrong kind', { counts: { source: 1 } }],
    ['has a negative count', { accepted: -1 }],
    ['has a cursor of the wrong kind', { cursor: 5 }],
    ['has a cursor before the range', { cursor: 'e' }],
    ['has a cursor at the beginning of the range, which is exclusive', { cursor: 'f' }],
    ['has a cursor behind the range, in the order of UTF-8', { cursor: '\u{1f600}' }],
    ['has lost an object that it found', { pending: [] }],
    ['accounts for an object that it did not find', { accepted: 5 }],
    ['has pending keys of the wrong kind', { pending: [1] }],
  ])('restarts only the range that %s', (_name, facts) => {
    const read = readCheckpoint(range(1, facts), ROUTE);
    const expected = [...ranges];
    expected[1] = newRange({ after: 'f', until: '\uff5e' });

    expect(read).toEqual({ checkpoint: { ...checkpoint, ranges: expected }, restarted: [1] });
  });

  it('has a cursor up to the very end of a range', () => {
    expect(readCheckpoint(range(1, { cursor: '\uff5e' }), ROUTE)).toMatchObject({ restarted: [] });
  });
});

describe('routeDigest', () => {
  const route = {
    source: { bucket: 's', prefix: 'p/', endpoint: 'https://a' },
    destination: { bucket: 'd', endpoint: 'https://b' },
    sync_task_id: 't',
  };

  it('names what is compared', () => {
    expect(routeDigest(route)).toMatch(/^[0-9a-f]{32}$/);
    expect(routeDigest({ ...route })).toBe(routeDigest(route));
  });

  it.each([
    { ...route, sync_task_id: 'u' },
    { ...route, source: { ...route.source, bucket: 'x' } },
    { ...route, source: { ...route.source, prefix: 'q/' } },
    { ...route, source: { ...route.source, endpoint: 'https://c' } },
    { ...route, source: { ...route.source, region: 'r' } },
    { ...route, source: { ...route.source, cloud: 'AWS' as const } },
    { ...route, destination: { ...route.destination, bucket: 'x' } },
    { ...route, destination: { ...route.destination, region: 'r' } },
    { source: { ...route.destination, prefix: 'p/' }, destination: route.source, sync_task_id: 't' },
    { ...route, destination: { ...route.destination, endpoint: 'https://c' } },
  ])('changes with any of it: %j', (other) => {
    expect(routeDigest(other)).not.toBe(routeDigest(route));
  });

  it('takes no prefix for the empty one', () => {
    const { prefix: _, ...source } = route.source;

    expect(routeDigest({ ...route, source })).toBe(routeDigest({ ...route, source: { ...source, prefix: '' } }));
  });
});
