import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { knownFailures } from '#shared/reconcile/known-failures.ts';
import { MemoryObjectStore } from '../../helpers/memory-object-store.ts';
import { itThorough } from '../../helpers/thorough.ts';

const SINCE = Date.UTC(2026, 10, 21, 12);
const options = {
  bucket: 'state',
  prefixes: ['dead-letters/', 'parked/'],
  syncTaskId: 't',
  since: SINCE,
  hasTime: () => true,
};
const letter = (...keys: string[]) => ({
  sync_task_id: 't',
  created: '2026-11-21T12:30:00Z',
  keys: keys.map((key) => ({ key })),
});

it('counts the objects that dead letters name, and steps over what is none', async () => {
  const store = new MemoryObjectStore({ now: () => SINCE });
  const documents = [
    JSON.stringify(letter('a', 'b')),
    JSON.stringify(letter('b', 'c')),
    JSON.stringify({ ...letter('other'), sync_task_id: 'u' }),
    JSON.stringify({ ...letter('old'), created: '2026-11-21T11:00:00Z' }),
    JSON.stringify({ ...letter('large'), text: 'x'.repeat(8 * 1024 * 1024) }),
    JSON.stringify(letter(...Array.from({ length: 100_000 }, () => 'many'))),
    '['.repeat(100_000),
    Buffer.from([0xff]),
    'null',
  ];
  for (const [index, body] of documents.entries())
    await store.putObject({ bucket: 'state', key: `${index % 2 === 0 ? 'dead-letters' : 'parked'}/${index}`, body });

  expect(await knownFailures({ ...options, store })).toBe(3);
});

it('ends with a listing whose pages are empty and never end', async () => {
  let pages = 0;
  const store = new MemoryObjectStore();
  const listObjects = async () => ({ objects: [], nextToken: `${++pages % 2}` });

  expect(await knownFailures({ ...options, store: Object.assign(store, { listObjects }) })).toBe(0);
  expect(pages).toBe(40);
});

itThorough(
  'needs less than 128 MB for 500 of the worst documents',
  async () => {
    const code = `
    const { knownFailures } = await import('#shared/reconcile/known-failures.ts');
    const { DEAD_LETTER_LIMITS: { documentBytes: size } } = await import('#shared/deadletters/limits.ts');
    const { MemoryObjectStore } = await import('./test/helpers/memory-object-store.ts');
    const texts = ['[' + '[],'.repeat(size / 3 - 9) + '1]', '[' + '{"a":1},'.repeat(95_000) + '1]'];
    let letter = 0;
    const getObject = async ({ maxBytes }) => {
      if (letter++ % 10 > 0) return { body: Buffer.from(texts[letter % 2]) };
      const keys = Array.from({ length: 1500 }, (_, index) => ({ key: letter + '-' + index + 'k'.repeat(1000) }));
      const body = Buffer.from(JSON.stringify({ sync_task_id: 't', created: '2026-11-21T12:30:00Z', keys }));
      if (size === maxBytes) return { body };
      throw new Error('no bound');
    };
    const objects = Array.from({ length: 500 }, (_, index) => ({ key: 'dead-letters/' + index, size: 1, lastModified: ${SINCE} }));
    const store = Object.assign(new MemoryObjectStore(), { getObject, listObjects: async () => ({ objects }) });
    console.log(await knownFailures({ ...${JSON.stringify(options)}, prefixes: ['dead-letters/'], store, hasTime: () => true }));
  `;
    const args = ['--max-old-space-size=128', '--import', 'tsx', '--input-type=module', '-e', code];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe('75000\n');
  },
  60_000,
);
