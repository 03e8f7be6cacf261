import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { decodeKey } from '#shared/encoding/decode.ts';
import { systemClock } from '#shared/http/clock.ts';
import { ObjectLister } from '#shared/listing/lister.ts';
import type { KeyRange } from '#shared/listing/ranges.ts';
import { Logger } from '#shared/logging/logger.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import type { Counts } from '#shared/reconcile/compare/counts.ts';
import { diff } from '#shared/reconcile/compare/diff.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';
import type { Verdict } from '#shared/reconcile/compare/verdict.ts';
import { reconcile } from '#shared/reconcile/run.ts';
import { type StoredBucket, type StoredObject, storeObjects } from '../../scripts/bench/stored-objects.ts';
import { Accounts } from '../../scripts/local/accounts.ts';
import { HOSTILE_KEYS } from '../../scripts/local/hostile-keys.ts';
import { startObs } from '../../scripts/local/obs/server.ts';
import { ensureBucket, s3Client } from '../../scripts/local/s3.ts';
import { missingCephPrograms, startCeph } from '../contract/s3/ceph.ts';
import { type Difference, type DifferingObject, differingObjects } from '../helpers/differing-buckets.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import { type CheckedNames, hasRclone, rcloneCheck } from '../helpers/rclone.ts';

const OBJECTS = 50_000;

/**
 * rclone thinks in paths: it does not see a key with an empty segment (`//`, a leading or trailing slash), and it mixes
 * up `.` and `..` with names of its own for them. These keys are left out of the buckets that it checks; a test of
 * their own shows that we compare them.
 */
function rcloneCanName(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

const KEYS = differingObjects(OBJECTS, rcloneCanName);

/**
 * Our verdict on each. Contents that differ while the destination is newer are what OMS would not copy again. An object
 * that is older at the destination, though its contents are equal, is a difference to OMS and none to rclone, which
 * compares no times here.
 */
const VERDICTS: Readonly<Record<Difference, Verdict>> = {
  same: 'same',
  missing: 'missing',
  size: 'size_differs',
  contents: 'ignored_by_oms',
  older: 'destination_older',
  extra: 'extra',
  oms_own: 'oms_own',
};

type Found = ReadonlyMap<Verdict, ReadonlySet<string>>;

interface Store {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKey: string; readonly secretKey: string };
}

/** The names by verdict, as the buckets were made. */
function expected(): Found {
  const found = new Map<Verdict, Set<string>>();
  for (const { key, difference } of KEYS) setOf(found, VERDICTS[difference]).add(key);
  return found;
}

function setOf(found: Map<Verdict, Set<string>>, verdict: Verdict): Set<string> {
  const set = found.get(verdict) ?? new Set();
  found.set(verdict, set);
  return set;
}

function clientOf({ endpoint, region, credentials }: Store, listVersion: 1 | 2): ObjectStoreClient {
  return new ObjectStoreClient({
    endpoint,
    region,
    overrides: { listVersion },
    credentials: () => credentials,
  });
}

/** Every name by our verdict: the walk through both listings, range by range. */
async function compare(lister: ObjectLister, ranges: readonly KeyRange[]): Promise<Found> {
  const found = new Map<Verdict, Set<string>>();
  const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 0, sourceCloud: 'HuaweiCloud', restore: false });
  await Promise.all(
    ranges.map(async (range) => {
      const listed = new Set<string>();
      const unequal = new Set<string>();
      async function* source() {
        for await (const page of lister.pages({ bucket: 'source', ...range })) {
          for (const { key } of page.objects) listed.add(key);
          yield page;
        }
      }
      const destination = lister.pages({ bucket: 'destination', ...range });
      const steps = diff({ source: source(), destination, comparer, now: Date.now, emptySourceConfirmed: true });
      let same = 0;
      for await (const { findings, counts } of steps) {
        same += counts.verdicts.same.objects;
        for (const { key, verdict } of findings) {
          unequal.add(key);
          setOf(found, verdict).add(key);
        }
      }
      for (const key of listed) if (!unequal.has(key)) setOf(found, 'same').add(key);
      expect([...listed].filter((key) => !unequal.has(key))).toHaveLength(same);
    }),
  );
  return found;
}

/** Set against set: what one has and the other has not, which a failing test can show. */
function expectSame(actual: ReadonlySet<string>, wanted: ReadonlySet<string>, what: string): void {
  const beyond = [...actual].filter((key) => !wanted.has(key));
  const lacking = [...wanted].filter((key) => !actual.has(key));
  expect({ beyond: beyond.slice(0, 5), lacking: lacking.slice(0, 5), size: actual.size }, what).toEqual({
    beyond: [],
    lacking: [],
    size: wanted.size,
  });
}

function union(found: Found, ...verdicts: Verdict[]): Set<string> {
  return new Set(verdicts.flatMap((verdict) => [...(found.get(verdict) ?? [])]));
}

/** Whether rclone finds of every object what we find. */
function expectAgreement(found: Found, { bySize, byContents }: Checked): void {
  expectSame(bySize.onlyInSource, union(found, 'missing'), 'missing on the destination');
  expectSame(bySize.onlyInDestination, union(found, 'extra', 'oms_own'), 'only in the destination');
  expectSame(bySize.differing, union(found, 'size_differs'), 'of another size');
  expectSame(bySize.same, union(found, 'same', 'destination_older', 'ignored_by_oms'), 'of the same size');
  expectSame(byContents.onlyInSource, union(found, 'missing'), 'missing on the destination, by contents');
  expectSame(byContents.onlyInDestination, union(found, 'extra', 'oms_own'), 'only in the destination, by contents');
  expectSame(byContents.differing, union(found, 'size_differs', 'ignored_by_oms'), 'of other contents');
  expectSame(byContents.same, union(found, 'same', 'destination_older'), 'of the same contents');
}

interface Checked {
  readonly bySize: CheckedNames;
  readonly byContents: CheckedNames;
}

async function checkWithRclone({ endpoint, credentials }: Store): Promise<Checked> {
  const remote = { endpoint, ...credentials };
  return {
    bySize: await rcloneCheck(remote, 'source', 'destination', ['--size-only']),
    byContents: await rcloneCheck(remote, 'source', 'destination'),
  };
}

/** A pass of the reconciler, with an OMS that writes down what it is told. */
async function reconcileAll(lister: ObjectLister): Promise<{ submitted: Set<string>; counts: Counts }> {
  const submitted = new Set<string>();
  const { outcome, counts } = await reconcile({
    route: { source: { bucket: 'source' }, destination: { bucket: 'destination' }, sync_task_id: 'task' },
    source: lister,
    destination: lister,
    send: async ({ objectKeys }) => {
      for (const key of objectKeys) submitted.add(decodeKey('rfc3986', key));
      return { attempts: 1 };
    },
    maxKeysPerCall: 10,
    concurrency: 16,
    callsPerSecond: 1000,
    clock: systemClock,
    remaining: () => Number.POSITIVE_INFINITY,
    workers: 8,
    grace: 0,
    dryRun: false,
    log: new Logger({ level: 'error' }),
  });
  expect(outcome).toBe('completed');
  return { submitted, counts };
}

function describeAgreement(name: string, start: () => Promise<Store & { readonly stop: () => Promise<void> }>): void {
  describe(name, () => {
    let store: Store & { readonly stop: () => Promise<void> };
    let checked: Checked;
    beforeAll(async () => {
      store = await start();
      checked = await checkWithRclone(store);
    }, 240_000);
    afterAll(async () => await store?.stop());

    it('rclone sees every object', () => {
      const { same, differing, onlyInSource, onlyInDestination } = checked.bySize;
      expect(same.size + differing.size + onlyInSource.size + onlyInDestination.size).toBe(KEYS.length);
    });

    it.each([1, 2] as const)('the verdicts agree with rclone, listed with version %i in one range', async (version) => {
      const found = await compare(new ObjectLister({ store: clientOf(store, version) }), [{}]);
      expectAgreement(found, checked);
      for (const [verdict, keys] of expected()) expectSame(union(found, verdict), keys, verdict);
    });

    it.each([1, 2] as const)('and listed with version %i in 8 ranges at once', async (version) => {
      const lister = new ObjectLister({ store: clientOf(store, version) });
      const ranges = await planRanges(lister, { bucket: 'source', workers: 8 });
      expect(ranges).toHaveLength(8);
      const found = await compare(lister, ranges);
      expectAgreement(found, checked);
      for (const [verdict, keys] of expected()) expectSame(union(found, verdict), keys, verdict);
    });

    it.each([1, 2] as const)(
      'a pass of 8 workers submits what rclone misses, listed with version %i',
      async (version) => {
        const { submitted, counts } = await reconcileAll(new ObjectLister({ store: clientOf(store, version) }));
        for (const [verdict, keys] of expected()) expect(counts.verdicts[verdict].objects, verdict).toBe(keys.size);
        const { onlyInSource, differing } = checked.bySize;
        const older = union(expected(), 'destination_older');
        expectSame(submitted, new Set([...onlyInSource, ...differing, ...older]), 'submitted');
      },
    );
  });
}

type Side = 'source' | 'destination';

/** Bytes of an object of a bucket; undefined where it has none of this name. */
function contentOf({ difference, key }: DifferingObject, side: Side): string | undefined {
  const isSource = side === 'source';
  if (difference === 'missing') return isSource ? key : undefined;
  if (difference === 'extra' || difference === 'oms_own') return isSource ? undefined : key;
  if (difference === 'size') return isSource ? key : `${key}!`;
  return difference === 'contents' ? `${isSource ? 'a' : 'b'}${key}` : key;
}

const HOUR = 3_600_000;
const UPLOADED = Date.UTC(2026, 0, 1);

/** Filled through the code of the store itself: listings need no contents. */
async function startLocal(
  objects: readonly DifferingObject[] = KEYS,
): Promise<Store & { readonly stop: () => Promise<void> }> {
  const credentials = { accessKey: 'RCLONE', secretKey: 'rclone-secret' };
  const dataDir = await mkdtemp(join(tmpdir(), 'reconcile-rclone-'));
  const bucket = (side: Side): StoredBucket => ({
    name: side,
    objects: objects.flatMap((object): StoredObject[] => {
      const content = contentOf(object, side);
      if (content === undefined) return [];
      const later = side === 'source' ? 0 : object.difference === 'older' ? -HOUR : HOUR;
      const etag = createHash('md5').update(content).digest('hex');
      return [{ key: object.key, size: Buffer.byteLength(content), etag, modified: UPLOADED + later }];
    }),
  });
  await storeObjects(dataDir, [bucket('source'), bucket('destination')]);
  const accounts = new Accounts([credentials]);
  const server = await startObs({ dataDir, port: 0, region: 'cn-north-4', accounts });
  return {
    endpoint: server.url,
    region: 'cn-north-4',
    credentials,
    stop: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Times are those of the uploads: one side is filled after the other, more than a second later. */
async function startFilledCeph(): Promise<Store & { readonly stop: () => Promise<void> }> {
  const ceph = await startCeph();
  const { endpoint, region, credentials } = ceph;
  const s3 = s3Client({ endpoint, region, ...credentials });
  for (const bucket of ['source', 'destination']) await ensureBucket(s3, bucket);
  s3.destroy();
  const store = clientOf(ceph, 2);
  const put = async (side: Side, objects: readonly DifferingObject[]): Promise<void> => {
    const waiting = objects.values();
    const worker = async (): Promise<void> => {
      for (const object of waiting) {
        const body = contentOf(object, side);
        if (body !== undefined) await store.putObject({ bucket: side, key: object.key, body });
      }
    };
    await Promise.all(Array.from({ length: 48 }, worker));
  };
  const older = KEYS.filter(({ difference }) => difference === 'older');
  const others = KEYS.filter(({ difference }) => difference !== 'older');
  await put('destination', older);
  await put('source', [...others, ...older]);
  await put('destination', others);
  return ceph;
}

it.skipIf(!hasRclone())('names that rclone cannot see are compared', async () => {
  const keys = HOSTILE_KEYS.filter((key) => !rcloneCanName(key));
  const store = await startLocal(keys.map((key) => ({ key, difference: 'same' })));
  onTestFinished(() => store.stop());

  const found = await compare(new ObjectLister({ store: clientOf(store, 2) }), [{}]);
  const { same } = await rcloneCheck({ endpoint: store.endpoint, ...store.credentials }, 'source', 'destination');

  expectSame(union(found, 'same'), new Set(keys), 'ours');
  expect(keys.filter((key) => same.has(key))).toEqual([]);
});

const inCI = Boolean(process.env['CI']);
if (hasRclone() || inCI) {
  describeAgreement('the local object store', () => startLocal());
  const missing = missingCephPrograms();
  if (missing.length === 0 || inCI) describeAgreement('a Ceph RADOS Gateway', startFilledCeph);
  else describe.skip(`a Ceph RADOS Gateway needs ${missing.join(', ')}`, () => {});
} else describe.skip('rclone is not installed (apt-get install rclone)', () => {});
