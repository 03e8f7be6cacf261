import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, temporaryFolder } from '../../../../contract/functiongraph/start.ts';
import { type Api, answering, code, config, creation, FUNCTIONS, startApi, urnOf, zipOf } from './plane.ts';

const at = (qualifier = ''): string => `${FUNCTIONS}/${urnOf('f', qualifier)}`;

/** Everything that the API says of `f`. */
async function said(api: Api): Promise<unknown> {
  const paths = ['/config', '/code', '/versions', '/aliases', '/async-invoke-configs'];
  return Promise.all(paths.map(async (path) => (await api.call('GET', `${at()}${path}`)).json));
}

async function deployed(api: Api): Promise<void> {
  await api.create('f', {
    ...code('exports.handler = async (e, c) => c.getUserData("S") + c.getVersion()'),
    encrypted_user_data: '{"S":"secret "}',
    log_config: { group_id: 'g', stream_id: 's' },
  });
  await api.call('POST', `${at()}/versions`, { version: 'v1', description: 'first' });
  await api.call('POST', `${at()}/aliases`, { name: 'live', version: 'v1' });
  await api.call('PUT', `${at(':!live')}/async-invoke-config`, { max_async_retry_attempts: 3 });
  await api.call('PUT', `${at()}/code`, code(answering('two')));
}

describe('a restart', () => {
  it('serves the same functions, versions and aliases, with their variables', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir });
    await deployed(first);
    const before = await said(first);
    await first.fg.close();

    const second = await startApi({ dataDir });

    expect(await said(second)).toEqual(before);
    expect((await second.call('POST', `${at(':!live')}/invocations`, {})).text).toBe('secret v1');
    expect(await second.run1(urnOf('f'))).toMatchObject({ text: 'two' });
    // Nothing has changed since the publication of that code, which it still knows.
    await second.call(
      'PUT',
      `${at()}/code`,
      code('exports.handler = async (e, c) => c.getUserData("S") + c.getVersion()'),
    );
    expect(await second.outcome('POST', `${at()}/versions`, { version: 'v2' })).toBe('400 FSS.1016');
  });

  it('goes on with what waits, through its alias', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir, retryDelay: () => 60_000 });
    await first.create('f', code('exports.handler = async (e, c) => { throw new Error("not yet") }'));
    await first.call('POST', `${at()}/aliases`, { name: 'live', version: 'latest' });
    await first.call('POST', `${at(':!live')}/invocations-async`, { n: 1 });
    await expect.poll(() => first.fg.stats().async.retried, { interval: 5, timeout: 10_000 }).toBe(1);
    await first.call('PUT', `${at()}/code`, code(answering('fine')));
    await first.fg.close();

    const second = await startApi({ dataDir, now: () => Date.now() + 61_000 });
    await second.fg.idle();

    expect(second.fg.stats().async).toMatchObject({ succeeded: 1, waiting: 0 });
  });

  it('runs nothing that waits before it is released, where that is asked for', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir, retryDelay: () => 60_000 });
    await first.create('f', code('exports.handler = async (e, c) => { throw new Error("of the last run") }'));
    await first.call('POST', `${at()}/invocations-async`, { n: 1 });
    await expect.poll(() => first.fg.stats().async.retried, { interval: 5, timeout: 10_000 }).toBe(1);
    await first.fg.close();

    const second = await startApi({ dataDir, hold: true, now: () => Date.now() + 61_000 });
    await second.call('POST', `${at()}/invocations-async`, { n: 2 });
    expect((await second.call('POST', `${at()}/invocations`, {})).text).toContain('of the last run');
    await second.call('PUT', `${at()}/code`, code('exports.handler = async (e, c) => { console.log("ran " + e.n) }'));
    expect(second.fg.stats().async).toMatchObject({ waiting: 2, running: 0, retried: 0, failed: 0 });
    second.fg.release();
    await second.fg.idle();

    expect(second.fg.stats().async).toMatchObject({ waiting: 0, succeeded: 2 });
    await second.call('POST', `${at()}/invocations-async`, { n: 3 });
    await second.fg.idle();
    expect(second.fg.stats().async).toMatchObject({ succeeded: 3 });
  });

  it('goes on with what an older one has kept under the key of the function', async () => {
    const dataDir = await temporaryFolder();
    await writeFile(
      join(dataDir, 'async.jsonl'),
      `${JSON.stringify({ add: { id: 'a', function: 'f', event: '{"n":1}', accepted: Date.now() } })}\n`,
    );
    const { create, fg, logs } = await startApi({ dataDir });

    await create('service-local-f', code('exports.handler = async (e, c) => { console.log("ran " + e.n) }'));
    await fg.idle();

    expect(logs.map(({ text }) => text)).toEqual(['ran 1']);
  });

  it('does not bring back what was deleted', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir });
    await deployed(first);
    await first.call('DELETE', at());
    await first.fg.close();

    const second = await startApi({ dataDir });

    expect((await second.call('GET', FUNCTIONS)).json.count).toBe(0);
    expect(await readdir(join(dataDir, 'control', 'code'))).toEqual([]);
    expect(await readdir(join(dataDir, 'control', 'functions'))).toEqual([]);
  });

  it('does not keep what was deployed without the API, but what was before', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir });
    await first.create('service-local-f', code(answering('by the API')));
    await first.fg.deploy('f', configOf({ timeout: 77 }), zipOf(answering('directly')));
    await first.fg.deploy('g', configOf({ name: 'service-local-g' }), zipOf(answering('directly')));
    await first.fg.close();

    const second = await startApi({ dataDir });

    const { json } = await second.call('GET', FUNCTIONS);
    expect(json.functions).toMatchObject([{ func_name: 'service-local-f', timeout: 77 }]);
    expect(await second.run1(urnOf('service-local-f'))).toMatchObject({ text: 'directly' });
  });

  it('takes what a killed process left half written for nothing', async () => {
    const dataDir = await temporaryFolder();
    const first = await startApi({ dataDir });
    await first.create('f');
    await first.fg.close();
    const control = join(dataDir, 'control');
    // Code whose function was not written any more, and files that were not renamed any more.
    await writeFile(join(control, 'code', `${'0'.repeat(128)}.zip`), 'zip');
    await writeFile(join(control, 'code', 'x.tmp'), 'half');
    await writeFile(join(control, 'functions', 'default.f.json.1.tmp'), '{"format":1,');

    const second = await startApi({ dataDir });

    expect(await second.run1(urnOf('f'))).toMatchObject({ text: 'one' });
    expect(await readdir(join(control, 'code'))).toHaveLength(1);
    expect(await readdir(join(control, 'functions'))).toEqual(['default.f.json']);
  });

  it.each(['{', 'null', '{"format":2}'])('says which file is damaged: %s', async (content) => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, 'control', 'functions'), { recursive: true });
    await writeFile(join(dataDir, 'control', 'functions', 'default.f.json'), content);

    await expect(startApi({ dataDir })).rejects.toThrow(/functions\/default\.f\.json is damaged; move the file away/);
  });
});

describe('the folder', () => {
  it('holds each code once, as long as a version has it', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    const codes = async (): Promise<number> => (await readdir(join(dataDir, 'control', 'code'))).length;
    await api.create('f');
    await api.create('g');
    expect(await codes()).toBe(1);
    await api.call('POST', `${at()}/versions`, { version: 'v1' });
    await api.call('PUT', `${at()}/code`, code(answering('two')));
    await api.call('DELETE', `${FUNCTIONS}/${urnOf('g')}`);
    expect(await codes()).toBe(2);

    await api.call('DELETE', at(':v1'));
    expect(await codes()).toBe(1);
    expect(await api.run1(urnOf('f'))).toMatchObject({ text: 'two' });
  });

  it('is nobody else’s to read', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    await api.create('f', { encrypted_user_data: '{"S":"secret"}' });
    const file = join(dataDir, 'control', 'functions', 'default.f.json');

    const [zip = ''] = await readdir(join(dataDir, 'control', 'code'));

    expect(await readFile(file, 'utf8')).toContain('secret');
    for (const path of [file, join(dataDir, 'control', 'code', zip)]) expect((await stat(path)).mode & 0o077).toBe(0);
  });
});

describe('unpacked code', () => {
  it('is removed with the instances that ran it', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    await api.create('f');
    await api.run1(urnOf('f'));
    const folders = async () => (await readdir(join(dataDir, 'code', 'f'))).filter((name) => name !== 'package.json');
    const [before] = await folders();

    await api.call('PUT', `${at()}/code`, code(answering('two')));
    await api.run1(urnOf('f'));

    await expect.poll(folders, { timeout: 10_000 }).toHaveLength(1);
    expect(await folders()).not.toContain(before);
  });

  it('that cannot be written is a failure of the platform, and the next request tries again', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    const { digest } = (await api.create('f')).json;
    const zip = join(dataDir, 'control', 'code', `${digest}.zip`);
    await rename(zip, `${zip}.away`);
    expect(await api.outcome('POST', `${at()}/invocations`, {})).toBe('500 FSS.0500');

    await rename(`${zip}.away`, zip);
    expect(await api.run1(urnOf('f'))).toMatchObject({ text: 'one' });
  });
});

describe('many requests at once', () => {
  it('change one function one after the other', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    await api.create('f');

    const outcomes = await Promise.all([
      ...[1, 2, 3].map((n) => api.outcome('PUT', `${at()}/config`, config('f', { description: `d${n}` }))),
      ...[1, 2, 3].map((n) => api.outcome('PUT', `${at()}/code`, code(answering(`code ${n}`)))),
      ...['v1', 'v2', 'v3'].map((version) => api.outcome('POST', `${at()}/versions`, { version })),
      ...['a', 'b', 'c'].map((name) => api.outcome('POST', `${at()}/aliases`, { name, version: 'latest' })),
    ]);

    expect(outcomes.filter((outcome) => outcome.startsWith('5'))).toEqual([]);
    expect(outcomes.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => '200'));
    expect(outcomes.slice(9).sort()).toEqual(['200', '409 FSS.1066', '409 FSS.1066']);
    const before = await said(api);
    await api.fg.close();
    expect(await said(await startApi({ dataDir }))).toEqual(before);
  });

  it('create a hundred functions, each with its own code, and find them after a restart', async () => {
    const dataDir = await temporaryFolder();
    const api = await startApi({ dataDir });
    const names = Array.from({ length: 100 }, (_, n) => `f${n}`);

    const outcomes = await Promise.all(
      names.map((name) => api.outcome('POST', FUNCTIONS, creation(name, code(answering(name))))),
    );
    expect(new Set(outcomes)).toEqual(new Set(['200']));
    await api.fg.close();

    const again = await startApi({ dataDir });
    expect((await again.call('GET', FUNCTIONS)).json.count).toBe(100);
    expect(await again.run1(urnOf('f57'))).toMatchObject({ text: 'f57' });
    await Promise.all(names.map((name) => again.call('DELETE', `${FUNCTIONS}/${urnOf(name)}`)));
    expect((await again.call('GET', FUNCTIONS)).json.count).toBe(0);
    expect(await readdir(join(dataDir, 'control', 'code'))).toEqual([]);
  });
});
