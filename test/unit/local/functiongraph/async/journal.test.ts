import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AsyncEvent, Journal } from '../../../../../scripts/local/functiongraph/async/journal.ts';

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'sub', 'async.jsonl');
}

async function pendingIn(path: string): Promise<AsyncEvent[]> {
  const { journal, pending } = await Journal.open(path);
  await journal.close();
  return pending;
}

const event = (id: string, text = '{}'): AsyncEvent => ({ id, function: 'f', event: text, accepted: 1 });

describe('Journal', () => {
  it('returns what is not done, in order', async () => {
    const path = await file();
    const { journal, pending } = await Journal.open(path);
    expect(pending).toEqual([]);

    await Promise.all(['a', 'b', 'c', 'd'].map((id) => journal.add(event(id))));
    await Promise.all(['c', 'a', 'unknown'].map((id) => journal.done(id)));
    await journal.close();

    expect(await pendingIn(path)).toEqual([event('b'), event('d')]);
  });

  it('has an event in the file when add resolves', async () => {
    const path = await file();
    const { journal } = await Journal.open(path);

    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await journal.add(event(`id-${index}`));
        expect(await readFile(path, 'utf8')).toContain(`"id-${index}"`);
      }),
    );
    await journal.close();
  });

  it('does not grow for ever', async () => {
    const path = await file();
    const { journal } = await Journal.open(path);
    const text = JSON.stringify('x'.repeat(100_000));

    for (let index = 0; index < 30; index++) {
      await journal.add(event(`id-${index}`, text));
      await journal.done(`id-${index}`);
    }
    await journal.add(event('last'));
    await journal.close();

    expect((await readFile(path)).length).toBeLessThan(1_300_000);
    expect(await pendingIn(path)).toEqual([event('last')]);
  });
});
