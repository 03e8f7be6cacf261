import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ObjectStoreResponseError } from '#shared/objectstore/errors.ts';
import { PREFIX, STATE, World } from '../../helpers/reconcile-world.ts';
import { itThorough } from '../../helpers/thorough.ts';

type Json = Record<string, unknown>;
const MiB = 1024 * 1024;
const DAY = 86_400_000;
/** Contents that a bucket may hold in the place of any document. */
const ANY: Readonly<Record<string, string | Buffer>> = {
  'of no bytes': '',
  'of 17 MiB': ' '.repeat(17 * MiB),
  'of 7 MiB of lists': `[${'[],'.repeat(2 * MiB)}[]]`,
  'of 100,000 levels': '['.repeat(100_000),
  'of 100,000 numbers': `[${'1,'.repeat(100_000)}1]`,
  'that is no JSON': '<Error/>',
  'that is no Unicode': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  'with a member twice': '{"version":1,"version":1}',
  'that is a number': '1e999',
  'that is null': 'null',
};
const CHECKPOINT: Readonly<Record<string, (document: Json & { ranges: Json[] }) => void>> = {
  'of the year 9999': (document) => Object.assign(document, { started: '9999-12-31T23:59:59Z' }),
  'of no day of any year': (document) => Object.assign(document, { started: '2026-02-31T99:99:99Z' }),
  'of a version that no release will come to': (document) => Object.assign(document, { version: 2 ** 40 }),
  'of pass 2^53': (document) => Object.assign(document, { pass: 2 ** 53 }),
  'with a fraction of a pass': (document) => Object.assign(document, { pass: 1.5 }),
  'with the name of a megabyte': (document) => Object.assign(document, { id: 'x'.repeat(MiB) }),
  'with 100,000 ranges': (document) => {
    const key = (index: number) => `k${String(index).padStart(6, '0')}`;
    document.ranges = Array.from({ length: 49_000 }, (_, index) => ({
      ...(index > 0 && { after: key(index) }),
      ...(index < 48_999 && { until: key(index + 1) }),
    }));
  },
  'with submissions of nobody': (document) => Object.assign(document, { submissions: '\u0000'.repeat(25) }),
  'with submissions since the year 9999': (document) =>
    Object.assign(document, { submissions_since: '9999-99-99T00:00:00Z' }),
};
const RANGE: Readonly<Record<string, Json>> = {
  'that ends in half a character': { cursor: 'k\ud800' },
  'with half a character to submit': { pending: ['\udfff'], accepted: 1 },
  'with 100,000 keys to submit': { pending: Array.from({ length: 100_000 }, () => 'k'), done: true },
  'with a key of a megabyte': { pending: ['k'.repeat(MiB)], accepted: 1 },
  'with more objects than there are numbers': { accepted: 2 ** 60 },
  'with 1,000 codes of failures': {
    refused: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`c${index}`, { objects: 1, keys: [] }])),
  },
  'with a code of a megabyte': { refused: { ['c'.repeat(MiB)]: { objects: 1, keys: [] } } },
};
const COMPLETE: Readonly<Record<string, (document: Json & { trend: Json[]; verdicts: Json }) => void>> = {
  'of the year 9999': (document) => Object.assign(document, { started: '9999-12-31T23:59:59Z' }),
  'that began never': (document) => Object.assign(document, { started: 'never' }),
  'that ended never': (document) => Object.assign(document, { finished: '2026-13-01T00:00:00Z' }),
  'of pass 2^53': (document) => Object.assign(document, { pass: 2 ** 53 }),
  'with a trend of a megabyte': (document) => {
    document.trend = [{ ...document.trend[0], finished: 'x'.repeat(MiB) }];
  },
  'with a trend of 2,000 passes': (document) => {
    document.trend = Array.from({ length: 2_000 }, () => document.trend[0] ?? {});
  },
  'with sums of 100,000 days': (document) => {
    const days = Array.from({ length: 100_000 }, () => 1);
    document['slo'] = { ...(document['slo'] as Json), days };
  },
  'with sums of 2,000 days': (document) => {
    const days = Array.from({ length: 2_000 }, () => ({ day: '2026-11-21', objects: 1, late: 1 }));
    document['slo'] = { ...(document['slo'] as Json), days };
  },
  'with sums of a day of a megabyte': (document) => {
    document['slo'] = { ...(document['slo'] as Json), days: [{ day: 'x'.repeat(MiB), objects: 1, late: 1 }] };
  },
  'with more late objects than there are numbers': (document) => {
    document['slo'] = { ...(document['slo'] as Json), days: [{ day: '2026-11-21', objects: 1, late: 2 ** 60 }] };
  },
  'with a name of a megabyte': (document) => {
    document.verdicts = { ...document.verdicts, extra: { objects: 1, bytes: 1, keys: ['x'.repeat(MiB)] } };
  },
};

/** A pass has come to its end, and another one, which is not at its end, found five objects. */
async function begun(): Promise<World> {
  const world = new World({ pageKeys: 10 });
  world.fill(100, (index) => index % 20 === 7);
  await world.run();
  world.time += DAY;
  world.callMs = 100;
  const end = world.time + 3_000;
  await world.run({ workers: 1, remaining: () => end - world.time });
  world.callMs = 0;
  world.time += DAY;
  expect(world.document('checkpoint.json')).not.toHaveProperty('over');
  return world;
}

const put = (world: World, name: string, body: string | Buffer): unknown =>
  world.stateStore.putObject({ bucket: STATE, key: PREFIX + name, body });

/** The run comes to its end and writes documents that can be read. */
async function survives(world: World, name: string, unreadable: boolean): Promise<void> {
  const { outcome, report, unreadable: names } = await world.run();

  expect({ outcome, complete: report?.complete }).toEqual({ outcome: 'completed', complete: true });
  expect(new Set(world.accepted).size).toBe(5);
  expect(names).toEqual(unreadable ? [name] : []);
  const logged = expect.objectContaining({ message: 'document not read', document: name });
  if (unreadable) expect(world.lines).toContainEqual(logged);
  for (const each of ['checkpoint.json', 'complete.json', 'latest.json'])
    expect(JSON.stringify(world.document(each)).length).toBeLessThan(50_000);
  world.time += DAY;
  expect(await world.run()).toMatchObject({ outcome: 'completed', unreadable: [] });
}

describe.each(['checkpoint.json', 'complete.json', 'lease.json'])('%s', (name) => {
  it.each(Object.entries(ANY))('%s is as if it was not there', async (_what, body) => {
    const world = await begun();
    await put(world, name, body);

    await survives(world, name, true);
  });

  it.each([400, 403])('that the store does not hand out (%d) is as if it was not there', async (storeStatus) => {
    const world = await begun();
    await put(world, name, '{}');
    let isOld = true;
    world.stateStore.intercept = ({ operation, key, bucket }, work) => {
      if (key !== PREFIX + name || !isOld) return work();
      if (operation === 'PutObject') isOld = false;
      if (operation !== 'GetObject') return work();
      const storeCode = storeStatus === 403 ? 'InvalidObjectState' : 'InvalidRequest';
      throw new ObjectStoreResponseError({ operation, bucket, storeStatus, storeCode, attempts: 1, retryable: false });
    };

    await survives(world, name, true);
  });
});

describe('a checkpoint', () => {
  it.each(Object.entries(CHECKPOINT))('%s is as if it was not there', async (_what, change) => {
    const world = await begun();
    const document = world.document('checkpoint.json') as Json & { ranges: Json[] };
    change(document);
    await put(world, 'checkpoint.json', JSON.stringify(document));

    await survives(world, 'checkpoint.json', true);
  });

  it.each(Object.entries(RANGE))('with a range %s begins anew with it', async (_what, facts) => {
    const world = await begun();
    const document = world.document('checkpoint.json') as Json & { ranges: Json[] };
    Object.assign(document.ranges[0] ?? {}, facts);
    await put(world, 'checkpoint.json', JSON.stringify(document));

    await survives(world, 'checkpoint.json', false);
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'ranges restarted' }));
  });

  it('with a lag of a wrong form goes on without', async () => {
    const world = await begun();
    const document = world.document('checkpoint.json') as Json & { ranges: { counts: Json }[] };
    for (const { counts } of document.ranges) counts['lag'] = { buckets: Array.from({ length: 1_000 }, () => 2 ** 53) };
    await put(world, 'checkpoint.json', JSON.stringify(document));

    await survives(world, 'checkpoint.json', false);
    expect(world.lines).not.toContainEqual(expect.objectContaining({ message: 'ranges restarted' }));
  });

  it('of the last pass that has a number is followed by one that can be read', async () => {
    const world = await begun();
    const document = { ...world.document('checkpoint.json'), pass: 1_000_000_000, runs: 1_000_000_000 };
    await put(world, 'checkpoint.json', JSON.stringify(document));

    await survives(world, 'checkpoint.json', false);
  });
});

it.each(Object.entries(COMPLETE))('a report %s is as if it was not there', async (_what, change) => {
  const world = await begun();
  const document = world.document('complete.json') as Json & { trend: Json[]; verdicts: Json };
  change(document);
  await put(world, 'complete.json', JSON.stringify(document));

  await survives(world, 'complete.json', true);
});

itThorough.each([
  ['readCheckpoint', 'pass/checkpoint', 16],
  ['readReport', 'report/report', 8],
])(
  '%s needs less than 160 MB for the worst texts of its size',
  async (reader, file, size) => {
    const code = `
    const { ${reader}: read } = await import('#shared/reconcile/${file}.ts');
    const size = ${size} * 1024 * 1024;
    const keys = JSON.stringify('k'.repeat(${size === 16 ? 1024 : 100})) + ',';
    const texts = ['[]', '{}', '1', '"a"', 'null'].map((each) => '[' + (each + ',').repeat(size / (each.length + 1) - 9) + '1]');
    texts.push('{"a":'.repeat(60) + '['.repeat(3) + '1,'.repeat(190_000) + '1');
    texts.push('{"version":1,"route":"r","ranges":[{"pending":[' + keys.repeat(size / keys.length - 99) + '"k"]}]}');
    texts.push('{"version":1,"route":"r","submissions":"' + 'k'.repeat(size - 99) + '"}');
    for (const text of texts) read(text, 'r');
  `;
    const args = ['--max-old-space-size=160', '--import', 'tsx', '--input-type=module', '-e', code];
    await expect(promisify(execFile)(process.execPath, args)).resolves.toMatchObject({ stderr: '' });
  },
  60_000,
);
