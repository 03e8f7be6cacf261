import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HOSTILE_KEYS } from '../../../../scripts/local/hostile-keys.ts';
import { startChild } from './child.ts';
import { call, startStore, temporaryFolder } from './fixture.ts';

const ROUNDS = 8;
const LANES = 8;

/** Content of a key: the number of its last acknowledged write, and of one that was sent and not acknowledged. */
interface Known {
  acknowledged: number;
  sent: number;
}

/** Content that tells its key and number, of very different sizes. */
function content(key: string, number: number): Buffer {
  const size = [10, 1000, 70_000, 400_000][number % 4] ?? 10;
  const seed = createHash('sha256').update(`${number} ${key}`).digest();
  return Buffer.concat(Array.from({ length: Math.ceil(size / seed.length) }, () => seed)).subarray(0, size);
}

const etag = (data: Buffer): string => `"${createHash('md5').update(data).digest('hex')}"`;

it('a store that is killed again and again keeps every acknowledged object whole, and nothing that is half', async () => {
  const dataDir = temporaryFolder();
  const known = new Map<string, Known>();
  let number = 0;
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = await startChild(dataDir);
    if (round === 0) await call(child, 'PUT', '/bucket');
    let alive = true;
    const lane = async (index: number): Promise<void> => {
      while (alive) {
        const key = HOSTILE_KEYS[(number * 7 + index) % HOSTILE_KEYS.length] ?? 'k';
        const state = known.get(key) ?? { acknowledged: 0, sent: 0 };
        known.set(key, state);
        // One writer at a time and key, so that the last acknowledged write is known.
        if (state.sent !== state.acknowledged && alive) {
          await new Promise(setImmediate);
          number++;
          continue;
        }
        const mine = ++number;
        state.sent = mine;
        const { status } = await call(child, 'PUT', `/bucket/${key}`, { body: content(key, mine) });
        expect(status).toBe(200);
        state.acknowledged = mine;
        acknowledged++;
      }
    };
    const target = acknowledged + 60 + round * 37;
    const lanes = Promise.allSettled(Array.from({ length: LANES }, (_, index) => lane(index)));
    while (acknowledged < target) await new Promise(setImmediate);
    // Several writes are under way.
    await child.kill();
    alive = false;
    await lanes;

    const check = await startStore({ dataDir });
    for (const [key, state] of known) {
      const read = await call(check, 'HEAD', `/bucket/${key}`);
      const tags = [state.acknowledged, state.sent].map((written) => etag(content(key, written)));
      if (state.acknowledged === 0 && read.status === 404) {
        state.sent = 0;
        continue;
      }
      // A write that was under way may have been stored without its answer getting out.
      expect(tags, `${JSON.stringify(key)} in round ${round}`).toContain(read.headers['etag']);
      if (read.headers['etag'] === tags[1]) state.acknowledged = state.sent;
      else state.sent = state.acknowledged;
      const { bytes } = await call(check, 'GET', `/bucket/${key}`);
      expect(bytes.equals(content(key, state.acknowledged))).toBe(true);
    }
    await check.close();
    const blobs = join(dataDir, 'blobs');
    const files = readdirSync(blobs).flatMap((folder) => readdirSync(join(blobs, folder)));
    expect(files).toHaveLength([...known.values()].filter((state) => state.acknowledged > 0).length);
    expect(readdirSync(join(blobs, 'tmp'))).toEqual([]);
  }
  console.log(`${ROUNDS} kills, ${acknowledged} acknowledged writes, none lost`);
});
