import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '#shared/reconcile/report/report.ts';
import { Accounts } from '../../scripts/local/accounts.ts';
import { HOSTILE_KEYS } from '../../scripts/local/hostile-keys.ts';
import { type ObsServer, startObs } from '../../scripts/local/obs/server.ts';
import { request } from '../../scripts/local/request.ts';
import { startCommand } from '../helpers/command.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';
import { type PreparedObject, prepareStore } from '../helpers/prepared-store.ts';
import { until } from '../helpers/process-tree.ts';

/** Half of them in one folder, half of them flat. */
const MANY = 8_000;
const SOURCE_KEYS = { accessKey: 'SOURCE-AK', secretKey: 'source-secret' };
const DESTINATION_KEYS = { accessKey: 'DESTINATION-AK', secretKey: 'destination-secret' };

/** The environment without any keys of the machine. */
const BARE = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

describe('reconcile on two object stores', () => {
  let folder: string;
  let source: ObsServer;
  let destination: ObsServer;
  let expected: Readonly<Record<string, number>>;

  const env = {
    ...BARE,
    SRC_ACCESS_KEY: SOURCE_KEYS.accessKey,
    SRC_SECRET_KEY: SOURCE_KEYS.secretKey,
    DST_ACCESS_KEY: DESTINATION_KEYS.accessKey,
    DST_SECRET_KEY: DESTINATION_KEYS.secretKey,
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-reconcile-cli-'));
    const keys = [
      ...HOSTILE_KEYS,
      ...Array.from({ length: MANY }, (_, index) => (index % 2 === 0 ? `folder/${index}` : `flat-${index}-☃😀`)),
    ];
    const objects: PreparedObject[] = keys.map((key, index) => ({ key, size: index % 50 }));
    const [missing, resized] = [(index: number) => index % 9 === 4, (index: number) => index % 13 === 5];
    const copies = objects.flatMap((object, index) => {
      if (missing(index)) return [];
      return [resized(index) ? { ...object, size: (object.size ?? 0) + 1 } : object];
    });
    const extra = [{ key: 'extra ☃' }, { key: 'oms/sync_task/list' }];
    const differing = objects.filter((_, index) => !missing(index) && resized(index)).length;
    expected = {
      same: copies.length - differing,
      missing: objects.length - copies.length,
      size_differs: differing,
      extra: 1,
      oms_own: 1,
    };
    const start = async (name: string, accessKey: typeof SOURCE_KEYS, prepared: readonly PreparedObject[]) => {
      const dataDir = join(folder, name);
      prepareStore(dataDir, { [`bucket-of-${name}`]: prepared, 'the-same': [{ key: 'a' }], empty: [] });
      return startObs({ dataDir, port: 0, region: 'cn-north-4', accounts: new Accounts([accessKey]) });
    };
    source = await start('source', SOURCE_KEYS, objects);
    destination = await start('destination', DESTINATION_KEYS, [...copies, ...extra]);
  });
  afterAll(async () => {
    await source?.close();
    await destination?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (
    buckets: readonly [string, string],
    flags: readonly string[],
    environment: NodeJS.ProcessEnv = env,
  ) => {
    const [from, to] = buckets;
    const places = ['--source-endpoint', source.url, '--destination-endpoint', destination.url];
    const sides = ['--source', `s3://${from}`, '--destination', `s3://${to}`];
    return startCommand('reconcile', [...sides, ...places, ...flags], environment);
  };
  const cli = (...flags: string[]) => start(['bucket-of-source', 'bucket-of-destination'], flags).ended;

  it.each(['1', '2'])(
    'counts every verdict as it is, listed with version %s, and reports it as JSON',
    async (version) => {
      const { code, out, err } = await cli('--json', '--grace', '0', '--list-version', version);

      expect(code, err).toBe(1);
      const report = readReport(out);
      const found = Object.entries(report?.verdicts ?? {}).filter(([, { objects }]) => objects > 0);
      expect(Object.fromEntries(found.map(([name, { objects }]) => [name, objects]))).toEqual(expected);
      expect(report).toMatchObject({ complete: true, converged: false, accepted: 0 });
    },
  );

  it('tells a person what differs, which objects, what it would take, and that nothing was submitted', async () => {
    const { code, out, err } = await cli('--dry-run', '--grace', '0', '--keys', '2', '--workers', '2');

    expect(code, err).toBe(1);
    expect(err).toContain('comparing "s3://bucket-of-source" with "s3://bucket-of-destination"');
    expect(out).toMatch(new RegExp(`\\n {2}missing +${expected['missing']?.toLocaleString('en-US')} `));
    expect(out).toMatch(/\nMissing:\n {2}".*"\n {2}".*"\n {2}and [\d,]+ more\n/);
    expect(out).toContain('"extra ☃"');
    expect(out).toMatch(/\nPlan:\n {2}submit {4}[\d,]+ objects/);
    expect(out).toContain('Nothing was submitted: there is no --task.');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('ends with 0 where both hold the same', async () => {
    const { code, out, err } = await start(['the-same', 'the-same'], []).ended;

    expect(code, err).toBe(0);
    expect(out).toContain('Converged: 1 object the same on both sides.');
  });

  it('takes an empty source for an error unless it is meant to be empty', async () => {
    const [refused, meant] = await Promise.all([
      start(['empty', 'the-same'], []).ended,
      start(['empty', 'the-same'], ['--source-is-empty']).ended,
    ]);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('The source lists no object');
    expect(meant.code, meant.err).toBe(0);
    expect(meant.out).toMatch(/\n {2}extra +1 /);
  });

  it('stops at Ctrl-C, says what it has compared, and ends with 130', async () => {
    const slow = { seed: 1, rules: [{ fault: 'slow', operation: 'ListObjects', continued: true, ms: 200, every: 1 }] };
    await request('PUT', `${source.url}/_faults`, { body: JSON.stringify(slow) });
    try {
      const { child, ended } = start(['bucket-of-source', 'bucket-of-destination'], ['--workers', '1']);
      await until('some pages', () => source.faults().injected >= 4);
      child.kill('SIGINT');
      const { code, out, err } = await ended;

      expect(code, err).toBe(130);
      expect(err).toContain('stopping after the calls under way');
      expect(out).toMatch(/\n {2}same +[\d,]+ /);
      expect(out).toContain('Stopped before the end: it was interrupted, 0 of 1 part done.');
      expect(out).toMatch(/So far \d+ objects differ/);
      expect(out).not.toMatch(/converged/i);
    } finally {
      await request('DELETE', `${source.url}/_faults`);
    }
  });

  it('says in one line and with exit code 2 what is wrong', async () => {
    const wrongKeys = { ...env, DST_ACCESS_KEY: 'x' };
    const cases = [
      { bucket: 'no-such', environment: env, message: /NoSuchBucket.* Is it --source,/ },
      {
        bucket: 'the-same',
        environment: wrongKeys,
        message: /destination .*403 InvalidAccessKeyId.* DST_ACCESS_KEY/,
      },
      { bucket: 'the-same', environment: BARE, message: /set SRC_ACCESS_KEY and SRC_SECRET_KEY/ },
    ];
    const ended = await Promise.all(
      cases.map(({ bucket, environment }) => start([bucket, 'the-same'], [], environment).ended),
    );
    for (const [index, { code, out, err }] of ended.entries()) {
      expect([code, out]).toEqual([2, '']);
      const lines = err
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('comparing'));
      expect(lines).toEqual([expect.stringMatching(cases[index]?.message ?? /^$/)]);
      expect(err).not.toContain('secret');
    }
  });
});

describe('reconcile on the local cloud', () => {
  const cloud = useLocalCloud();
  const { copied } = cloud;

  beforeAll(async () => {
    // Nobody tells of what is uploaded.
    cloud.stack.obs.setTriggers([]);
    for (const key of HOSTILE_KEYS) await cloud.upload(key);
  });

  const cli = (...flags: string[]) =>
    startCommand('reconcile', ['--endpoints', cloud.endpointsFile, ...flags], BARE).ended;
  const submit = (...flags: string[]) => cli('--task', cloud.endpoints.sync_task_id, '--grace', '0', ...flags);

  it('submits what is missing, and proves at the second run that it has arrived', async () => {
    const looked = await submit('--dry-run');
    expect(looked.code, looked.err).toBe(1);
    expect(looked.out).toContain('Nothing was submitted: it was a dry run.');
    expect(copied.size).toBe(0);

    const first = await submit();
    expect(first.code, first.err).toBe(1);
    expect(first.out).toContain(`OMS accepted ${HOSTILE_KEYS.length} of ${HOSTILE_KEYS.length} objects to submit.`);
    await until('copies', () => copied.size === HOSTILE_KEYS.length);

    const second = await submit();
    expect(second.code, second.err).toBe(0);
    expect(second.out).toContain(`Converged: ${HOSTILE_KEYS.length} objects the same on both sides.`);
  });

  it('submits nothing to a task of other buckets, or to none', async () => {
    const flags = ['--source', 's3://oms-sync-state', '--destination', 's3://destination'];
    const [other, none] = await Promise.all([submit(...flags), cli('--task', 'no-such-task')]);
    expect([other.code, other.out]).toEqual([2, '']);
    expect(other.err).toContain('--task is a sync task whose source bucket is source, not oms-sync-state');
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toContain('does not exist');
  });
});
