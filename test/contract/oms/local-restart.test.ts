import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OmsOptions } from '../../../scripts/local/oms/options.ts';
import { PROJECT_ID, type Service, startService } from './service.ts';

/** 200 says that the event was "created successfully", so a restart must not lose it. CreateSyncEvents.html */
describe('a restart on the same folder', () => {
  let service: Service;
  let taskId: string;

  const start = async (options: Partial<OmsOptions> = {}): Promise<void> => {
    service = await startService(options);
    taskId = await service.createTask();
  };
  beforeEach(() => start());
  afterEach(() => service.close());

  const events = (object_keys: readonly string[]) =>
    service.call('POST', `/v2/${PROJECT_ID}/sync-tasks/${taskId}/events`, { body: { object_keys } });
  const show = async () =>
    (
      await service.call('GET', `/v2/${PROJECT_ID}/sync-tasks/${taskId}`, {
        query: { query_time: String(Date.now()) },
      })
    ).json;

  it('keeps tasks and counters', async () => {
    service.s3.put('source/a', 'abc');
    await events(['a', 'b']);
    await service.oms.idle();
    const before = await show();
    service = await service.restart();
    expect(await show()).toEqual(before);
    expect(before).toMatchObject({ monthly_success_object: 1, monthly_failure_object: 1, monthly_size: 3 });
  });

  it('copies what was accepted and not copied, with the keys of the task', async () => {
    service.s3.put('source/a', 'abc');
    let open = false;
    service.s3.before = () => (open ? undefined : new Promise(() => {}));
    expect((await events(['a', 'a', 'missing'])).status).toBe(200);
    const { s3 } = service;
    service = await service.restart();
    expect(service.oms.stats().pending).toBe(3);
    open = true;
    service = await service.restart();
    await service.oms.idle();
    expect(s3.objects.get('destination/a')?.body.toString()).toBe('abc');
    expect(s3.requests.find(({ method }) => method === 'PUT')?.headers.authorization).toContain('Credential=dst_ak/');
    expect(await show()).toMatchObject({
      monthly_acceptance_request: 3,
      monthly_success_object: 1,
      monthly_failure_object: 1,
      monthly_skip_object: 1,
    });
  });

  it('continues after a process that died while it was writing its journal', async () => {
    service.s3.put('source/a', 'abc');
    await events(['a']);
    await service.oms.idle();
    const journal = (await readdir(service.dataDir)).find((name) => name.startsWith('journal')) ?? '';
    const content = await readFile(join(service.dataDir, journal), 'utf8');
    const state = await readFile(join(service.dataDir, 'state.json'), 'utf8');
    await service.oms.close();
    // The journal as it was before the close, with half a line more.
    for (const name of await readdir(service.dataDir))
      if (name.startsWith('journal')) await writeFile(join(service.dataDir, name), '');
    await writeFile(join(service.dataDir, 'state.json'), state);
    await writeFile(join(service.dataDir, journal), `${content}{"happened":"acc`);
    service = await service.restart();
    expect(await show()).toMatchObject({ monthly_acceptance_request: 1, monthly_success_object: 1 });
  });

  it('names the damaged file instead of starting without its tasks', async () => {
    await service.oms.close();
    await writeFile(join(service.dataDir, 'state.json'), '{"generation":');
    await expect(service.restart()).rejects.toThrow('The state of the local OMS is damaged: state.json');
  });

  it('keeps the keys of tasks readable by their owner only', async () => {
    for (const name of await readdir(service.dataDir)) {
      const { mode } = await stat(join(service.dataDir, name));
      expect([name, (mode & 0o777).toString(8)]).toEqual([name, '600']);
    }
  });

  it('finishes what is under way within the grace period', async () => {
    await service.close();
    await start({ closeGrace: 10_000 });
    service.s3.put('source/a', 'abc');
    let reached = (): void => {};
    const started = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let release = (): void => {};
    const blocked = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    service.s3.before = (method) => {
      if (method !== 'PUT') return undefined;
      reached();
      return blocked;
    };
    await events(['a']);
    await started;
    const closed = service.oms.close();
    release();
    await closed;
    expect(service.s3.objects.has('destination/a')).toBe(true);
    expect(service.oms.stats()).toMatchObject({ copied: 1, pending: 0 });
  });
});
