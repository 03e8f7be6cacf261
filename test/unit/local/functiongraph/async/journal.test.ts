import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type AsyncEvent,
  EventJournal,
  type PendingEvent,
} from '../../../../../scripts/local/functiongraph/async/journal.ts';

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'sub', 'async.jsonl');
}

async function pendingIn(path: string): Promise<PendingEvent[]> {
  const { journal, pending } = await EventJournal.open(path);
  await journal.close();
  return pending;
}

const event = (id: string, text = '{}'): AsyncEvent => ({ id, function: 'f', event: text, accepted: 1 });

describe('EventJournal', () => {
  it('returns what is not done, in order', async () => {
    const path = await file();
    const { journal, pending } = await EventJournal.open(path);
    expect(pending).toEqual([]);

    await Promise.all(['a', 'b', 'c', 'd'].map((id) => journal.add(event(id))));
    await Promise.all(['c', 'a', 'unknown'].map((id) => journal.done(id)));
    await journal.close();

    expect(await pendingIn(path)).toEqual([event('b'), event('d')]);
  });

  it('has an event in the file when add resolves', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);

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
    const { journal } = await EventJournal.open(path);
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

  it('keeps how far an event has come, over any number of starts', async () => {
    const path = await file();
    const failure = { condition: 'RetriesExhausted', status: 200, error: '4002', payload: '{"a":"\n"}' } as const;
    const { journal } = await EventJournal.open(path);
    await Promise.all(['a', 'b'].map((id) => journal.add(event(id))));
    await journal.update('a', { attempts: 1, next: 50 });
    await journal.update('b', { attempts: 4, next: 0, failure });
    await journal.update('b', { tries: 2, next: 70 });
    await journal.update('gone', { attempts: 9 });
    await journal.close();

    const expected = [
      { ...event('a'), attempts: 1, next: 50 },
      { ...event('b'), attempts: 4, next: 70, failure, tries: 2 },
    ];
    expect(await pendingIn(path)).toEqual(expected);
    expect(await pendingIn(path)).toEqual(expected);
  });

  it('makes nothing of progress that comes after the end', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    await journal.add(event('a'));
    await journal.done('a');
    await journal.update('a', { attempts: 1 });
    await journal.close();

    expect(await readFile(path, 'utf8')).not.toContain('attempts');
    expect(await pendingIn(path)).toEqual([]);
  });

  it('is made smaller while events wait in it for long, and loses none and no progress', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    await journal.add(event('waits', JSON.stringify('雪'.repeat(1000))));
    await journal.update('waits', { attempts: 2, next: 99 });

    const work: Promise<void>[] = [];
    for (let index = 0; index < 200; index++) {
      work.push(journal.add(event(`id-${index}`, JSON.stringify('x'.repeat(20_000)))));
      if (index % 5 === 0) await Promise.all(work.splice(0));
      work.push(journal.done(`id-${index}`));
    }
    await Promise.all(work);
    await journal.add(event('last'));
    await journal.close();

    expect((await readFile(path)).length).toBeLessThan(1_300_000);
    const pending = await pendingIn(path);
    expect(pending.map(({ id }) => id)).toEqual(['waits', 'last']);
    expect(pending[0]).toMatchObject({ attempts: 2, next: 99, event: JSON.stringify('雪'.repeat(1000)) });
    expect(await readdir(dirname(path))).toEqual(['async.jsonl']);
  });

  it('is at every moment a file from which everything acknowledged can be read', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    const acknowledged = new Map<string, number>();
    let seen = 0;
    const look = async (): Promise<void> => {
      // The state that a killed process would leave behind.
      const before = new Map(acknowledged);
      const copy = join(dirname(path), `copy-${seen++}`);
      await copyFile(path, copy);
      const found = new Map((await pendingIn(copy)).map(({ id, attempts = 0 }) => [id, attempts]));
      // Those that are done meanwhile may be gone.
      for (const [id, attempts] of before)
        if (acknowledged.has(id)) expect(found.get(id) ?? -1, id).toBeGreaterThanOrEqual(attempts);
    };

    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 40; round++) {
        const id = `${writer}-${round}`;
        await journal.add(event(id, JSON.stringify('y'.repeat(15_000))));
        acknowledged.set(id, 0);
        await journal.update(id, { attempts: 1 });
        acknowledged.set(id, 1);
        if (round % 8 === 7) continue;
        acknowledged.delete(id);
        await journal.done(id);
      }
    });
    const looking = (async () => {
      for (let index = 0; index < 40; index++) await look();
    })();
    await Promise.all([...writers, looking]);
    await journal.close();

    expect((await pendingIn(path)).length).toBe(4 * 5);
  });

  it('is read up to a last line that was cut off anywhere', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    await journal.add(event('a', '"雪"'));
    await journal.update('a', { attempts: 1 });
    const whole = (await readFile(path)).length;
    await journal.add(event('b', '"雪"'));
    await journal.close();
    const bytes = await readFile(path);

    for (let length = whole; length < bytes.length - 1; length++) {
      await writeFile(path, bytes.subarray(0, length));
      expect(await pendingIn(path), `${length} bytes`).toEqual([{ ...event('a', '"雪"'), attempts: 1 }]);
    }
  });

  it.each(['{"add":{"id":"a"', 'null', '\u0000'])('refuses a damaged line before the end: %s', async (damaged) => {
    const path = await file();
    await mkdir(dirname(path));
    const content = `${JSON.stringify({ add: event('a') })}\n${damaged}\n${JSON.stringify({ add: event('b') })}\n`;
    await writeFile(path, content);

    await expect(EventJournal.open(path)).rejects.toThrow(`${path}, line 2, is damaged`);
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('goes on after a write that failed', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    await journal.add(event('a'));
    const other = await open(path);
    await other.close();
    const prototype = Object.getPrototypeOf(other) as { write: () => Promise<void> };
    const failing = vi.spyOn(prototype, 'write').mockRejectedValueOnce(new Error('disk full'));

    const failed = journal.add(event('b'));
    await expect(failed).rejects.toThrow('disk full');
    const results = await Promise.allSettled([failed, journal.add(event('c'))]);
    failing.mockRestore();
    await journal.update('b', { attempts: 1 });
    await journal.close();

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await pendingIn(path)).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('leaves no half of a line before others', async () => {
    const path = await file();
    const { journal } = await EventJournal.open(path);
    await journal.add(event('a'));
    const other = await open(path);
    await other.close();
    const prototype = Object.getPrototypeOf(other) as { write: (bytes: Buffer, ...rest: number[]) => Promise<unknown> };
    const { write } = prototype;
    const failing = vi.spyOn(prototype, 'write').mockImplementationOnce(async function (
      this: unknown,
      bytes,
      from = 0,
      _,
      at = 0,
    ) {
      await write.call(this, bytes, from, 20, at);
      throw new Error('disk full');
    });

    await expect(journal.add(event('b'))).rejects.toThrow('disk full');
    failing.mockRestore();
    await journal.add(event('c'));
    await journal.close();

    expect((await pendingIn(path)).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});
