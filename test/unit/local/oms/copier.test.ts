import { describe, expect, it } from 'vitest';
import { Copier } from '../../../../scripts/local/oms/copier.ts';
import type { PendingObject } from '../../../../scripts/local/oms/store.ts';

let sequence = 0;
const object = (key: string): PendingObject => {
  sequence += 1;
  return { sequence, taskId: 't', key, acceptedAt: 0, resumed: false };
};

/** A copier whose copies end when the test says so. */
function controlled(concurrency: number) {
  const running: { key: string; end: () => void; fail: () => void }[] = [];
  const copier = new Copier({
    concurrency,
    lockOf: ({ key }) => key,
    copy: ({ key }) =>
      new Promise((resolve, reject) => {
        running.push({ key, end: resolve, fail: () => reject(new Error('broken')) });
      }),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    copier,
    started: () => running.map(({ key }) => key),
    end: (index: number) => {
      running[index]?.end();
      return turn();
    },
    fail: (index: number) => {
      running[index]?.fail();
      return turn();
    },
  };
}

describe('Copier', () => {
  it('copies no more objects at a time than it may, in the order of acceptance', async () => {
    const { copier, started, end } = controlled(2);
    copier.push(['a', 'b', 'c', 'd'].map(object));
    expect(started()).toEqual(['a', 'b']);
    await end(1);
    expect(started()).toEqual(['a', 'b', 'c']);
    await end(0);
    expect(started()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('copies one key at a time, and every event of it', async () => {
    const { copier, started, end } = controlled(4);
    copier.push(['a', 'a', 'b', 'a'].map(object));
    expect(started()).toEqual(['a', 'b']);
    await end(0);
    expect(started()).toEqual(['a', 'b', 'a']);
    await end(2);
    expect(started()).toEqual(['a', 'b', 'a', 'a']);
  });

  it('is idle when nothing is queued or running, whatever became of the copies', async () => {
    const { copier, end, fail } = controlled(1);
    await copier.idle();
    copier.push(['a', 'b'].map(object));
    let idle = false;
    void copier.idle().then(() => {
      idle = true;
    });
    await fail(0);
    expect(idle).toBe(false);
    await end(1);
    expect(idle).toBe(true);
  });

  it('starts nothing after stop and waits for what is running', async () => {
    const { copier, started, end } = controlled(1);
    copier.push(['a', 'a', 'b'].map(object));
    let stopped = false;
    void copier.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    await end(0);
    expect([stopped, started()]).toEqual([true, ['a']]);
  });

  it('keeps its order over many objects', async () => {
    const order: string[] = [];
    const copier = new Copier({
      concurrency: 3,
      lockOf: ({ key }) => key,
      copy: async ({ key }) => {
        order.push(key);
      },
    });
    const keys = Array.from({ length: 5000 }, (_, index) => String(index));
    copier.push(keys.map(object));
    await copier.idle();
    expect(order).toEqual(keys);
  });
});
