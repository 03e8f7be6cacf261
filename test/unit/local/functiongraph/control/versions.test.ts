import { describe, expect, it } from 'vitest';
import { type Api, answering, code, config, FUNCTIONS, startApi, urnOf } from './plane.ts';

const F = `${FUNCTIONS}/${urnOf('f')}`;
const at = (qualifier: string): string => `${FUNCTIONS}/${urnOf('f', qualifier)}`;

const publish = (api: Api, version: string) => api.call('POST', `${F}/versions`, { version });
const setCode = (api: Api, text: string) => api.call('PUT', `${F}/code`, code(answering(text)));

describe('a published version', () => {
  it('keeps the code and the settings that it was published with', async () => {
    const api = await startApi();
    const reading = (text: string): string =>
      `exports.handler = async (e, c) => ['${text}', c.getUserData('A'), c.getUserData('S'), c.getVersion()].join()`;
    const variables = (value: string) => ({
      user_data: JSON.stringify({ A: value }),
      encrypted_user_data: JSON.stringify({ S: value }),
    });
    await api.create('f', { ...code(reading('one')), ...variables('a') });

    const published = await api.call('POST', `${F}/versions`, { version: 'v1', description: 'first' });
    await api.call('PUT', `${F}/code`, code(reading('two')));
    await api.call('PUT', `${F}/config`, config('f', variables('b')));

    expect(published).toMatchObject({
      status: 200,
      json: { version: 'v1', version_description: 'first', func_urn: urnOf('f', ':v1'), user_data: '{"A":"a"}' },
    });
    const text = async (qualifier: string) => (await api.call('POST', `${at(qualifier)}/invocations`, {})).text;
    expect(await text(':v1')).toBe('one,a,a,v1');
    expect(await text(':latest')).toBe('two,b,b,latest');
    expect(await text('')).toBe('two,b,b,latest');
    expect((await api.call('GET', `${at(':v1')}/config`)).json).toMatchObject(published.json);
  });

  it('cannot be changed', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');

    expect(await api.outcome('PUT', `${at(':v1')}/code`, code(answering('two')))).toBe('400 FSS.1015');
    expect(await api.outcome('PUT', `${at(':v1')}/config`, config('f'))).toBe('400 FSS.1015');
    expect(await api.outcome('POST', `${at(':v1')}/versions`, {})).toBe('400 FSS.1015');
  });

  it('has a limit of its own for its instances', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });

    const limited = await api.call('PUT', `${at(':!live')}/config-max-instance`, { max_instance_num: 0 });

    expect(limited.json).toMatchObject({ version: 'v1', strategy_config: { concurrency: 0 } });
    expect(await api.outcome('POST', `${at(':v1')}/invocations`, {})).toBe('429 FSS.0429');
    expect(await api.outcome('POST', `${F}/invocations`, {})).toBe('200');
  });

  it('is called after the time when no name is given, and never like another one', async () => {
    const now = Date.now();
    const api = await startApi({ now: () => now });
    await api.create('f');
    const first = await api.call('POST', `${F}/versions`);
    await setCode(api, 'two');
    const second = await api.call('POST', `${F}/versions`, {});

    const expected = new Date(now + 8 * 3600_000).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
    expect(first.json.version).toBe(`v${expected}`);
    expect(second.json.version).toMatch(/^v\d{8}-\d{6}$/);
    expect(second.json.version > first.json.version).toBe(true);
  });

  it.each(['latest', '', 'a b', '-a', 'a-', 'a'.repeat(43), '!live', 'a:b', 5])('is not called %s', async (version) => {
    const api = await startApi();
    await api.create('f');

    // An empty name is none.
    expect(await api.outcome('POST', `${F}/versions`, { version })).toBe(version === '' ? '200' : '400 FSS.1015');
  });

  it('needs a change since the last one, of code or settings', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');

    expect(await api.outcome('POST', `${F}/versions`, { version: 'v2' })).toBe('400 FSS.1016');
    await api.call('PUT', `${F}/config`, config('f'));
    await api.call('PUT', `${F}/config-max-instance`, { max_instance_num: 4 });
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v2' })).toBe('400 FSS.1016');
    await api.call('PUT', `${F}/config`, config('f', { encrypted_user_data: '{"A":"b"}' }));
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v1' })).toBe('409 FSS.1062');
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v2' })).toBe('200');
    // Also when that one is gone, and when the code is what an older one has.
    await api.call('DELETE', at(':v2'));
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v3' })).toBe('400 FSS.1016');
    await setCode(api, 'two');
    await publish(api, 'v3');
    await setCode(api, 'one');
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v4' })).toBe('200');
  });

  it('needs a change of the code where only that counts', async () => {
    const api = await startApi({ publishing: 'code' });
    await api.create('f');
    await publish(api, 'v1');

    await api.call('PUT', `${F}/config`, config('f', { timeout: 40 }));
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v2' })).toBe('400 FSS.1016');
    await setCode(api, 'two');
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v2' })).toBe('200');
  });

  it('is one of 20, latest among them, and the list comes in pages', async () => {
    const api = await startApi();
    await api.create('f');
    for (let n = 1; n <= 19; n++) {
      await setCode(api, `code ${n}`);
      expect(await api.outcome('POST', `${F}/versions`, { version: `v${n}` })).toBe('200');
    }
    await setCode(api, 'more');
    expect(await api.outcome('POST', `${F}/versions`, { version: 'v20' })).toBe('403 FSS.0403');

    const names = async (query: string): Promise<unknown[]> => {
      const { json } = await api.call('GET', `${F}/versions${query}`);
      return [
        json.versions.map((version: { version: string }) => version.version).join(),
        json.next_marker,
        json.count,
      ];
    };
    expect(await names('?maxitems=3')).toEqual(['latest,v19,v18', 3, 20]);
    expect(await names('?marker=18&maxitems=3')).toEqual(['v2,v1', 20, 20]);
  });
});

describe('deleting a version', () => {
  it('takes its aliases with it, and nothing else', async () => {
    const api = await startApi();
    await api.create('f');
    for (const version of ['v1', 'v2']) {
      await setCode(api, version);
      await publish(api, version);
    }
    await api.call('POST', `${F}/aliases`, { name: 'one', version: 'v1' });
    await api.call('POST', `${F}/aliases`, { name: 'two', version: 'v2' });
    await api.call('PUT', `${at(':v1')}/async-invoke-config`, {});
    await api.call('PUT', `${at(':!one')}/async-invoke-config`, {});
    await api.call('PUT', `${at(':!two')}/async-invoke-config`, {});

    expect(await api.outcome('DELETE', at(':v1'))).toBe('204');

    expect(await api.outcome('GET', `${at(':v1')}/config`)).toBe('404 FSS.1052');
    expect(await api.outcome('GET', `${at(':!one')}/config`)).toBe('404 FSS.1053');
    const { json } = await api.call('GET', `${F}/async-invoke-configs`);
    expect(json.async_invoke_configs).toMatchObject([{ func_urn: urnOf('f', ':!two') }]);
    expect(await api.run1(urnOf('f', ':!two'))).toMatchObject({ version: 'v2' });
  });

  it('by its alias deletes the version that the alias names', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });

    expect(await api.outcome('DELETE', at(':!live'))).toBe('204');

    expect(await api.outcome('GET', `${at(':v1')}/config`)).toBe('404 FSS.1052');
    expect(await api.outcome('GET', `${F}/config`)).toBe('200');
  });

  it('is refused for latest, by whatever name, and for an additional version', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, {
      name: 'newest',
      version: 'latest',
      additional_version_weights: { v1: 5 },
    });

    expect(await api.outcome('DELETE', at(':latest'))).toBe('400 FSS.1015');
    expect(await api.outcome('DELETE', at(':!newest'))).toBe('400 FSS.1015');
    expect(await api.outcome('DELETE', at(':v1'))).toBe('403 FSS.1094');
    expect(await api.outcome('DELETE', at(':v2'))).toBe('404 FSS.1052');
  });
});

describe('an alias', () => {
  it('is created, shown, moved and deleted', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await setCode(api, 'two');
    await publish(api, 'v2');

    const created = await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1', description: 'served' });
    expect(created).toMatchObject({
      status: 200,
      json: { name: 'live', version: 'v1', description: 'served', alias_urn: urnOf('f', ':!live') },
    });
    expect(await api.run1(created.json.alias_urn)).toMatchObject({ text: 'one', version: 'v1' });

    const moved = await api.call('PUT', `${F}/aliases/live`, { version: 'v2' });
    expect(moved.json).toMatchObject({ name: 'live', version: 'v2', description: '' });
    expect(await api.run1(urnOf('f', ':!live'))).toMatchObject({ text: 'two', version: 'v2' });
    expect((await api.call('GET', `${F}/aliases/live`)).json).toEqual(moved.json);
    expect((await api.call('GET', `${F}/aliases`)).json).toEqual([moved.json]);

    expect(await api.outcome('DELETE', `${F}/aliases/live`)).toBe('204');
    expect(await api.outcome('POST', `${at(':!live')}/invocations`, {})).toBe('404 FSS.1053');
    expect(await api.outcome('GET', `${F}/aliases/live`)).toBe('404 FSS.1053');
    expect(await api.outcome('PUT', `${F}/aliases/live`, { version: 'v1' })).toBe('404 FSS.1053');
    expect(await api.outcome('DELETE', `${F}/aliases/live`)).toBe('404 FSS.1053');
  });

  it('is known to the code that it is invoked by, in whatever way', async () => {
    const api = await startApi();
    await api.create(
      'f',
      code('exports.handler = async (e, c) => { console.log(e.by, c.getAlias(), c.alias, c.getVersion()) }'),
    );
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });
    for (const qualifier of ['', ':v1', ':!live']) {
      await api.call('POST', `${at(qualifier)}/invocations`, { by: qualifier });
      await api.call('POST', `${at(qualifier)}/invocations-async`, { by: qualifier });
      await api.fg.idle();
    }

    const lines = [`   latest`, ':v1   v1', ':!live live live v1'];
    expect(api.logs.map(({ text }) => text)).toEqual(lines.flatMap((line) => [line, line]));
  });

  it('that moves does not disturb what runs, and its old version gives up its instances', async () => {
    const api = await startApi();
    await api.create(
      'f',
      code('exports.handler = (e, c) => new Promise((r) => setTimeout(r, e.wait, c.getVersion()))'),
    );
    await publish(api, 'v1');
    await api.call('PUT', `${F}/config`, config('f', { timeout: 40 }));
    await publish(api, 'v2');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });
    const text = async (wait: number) => (await api.call('POST', `${at(':!live')}/invocations`, { wait })).text;
    expect(await text(0)).toBe('v1');
    const running = text(300);
    await expect.poll(() => api.fg.stats().functions['f']?.busy, { interval: 5, timeout: 10_000 }).toBe(1);

    await api.call('PUT', `${F}/aliases/live`, { version: 'v2' });

    expect(await text(0)).toBe('v2');
    expect(await running).toBe('v1');
    await expect.poll(() => api.fg.stats().functions['f']?.instances, { timeout: 10_000 }).toBe(1);
    // It still can be invoked by its own name.
    expect((await api.call('POST', `${at(':v1')}/invocations`, { wait: 0 })).text).toBe('v1');
  });

  it('belongs to one version, which has no other', async () => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });
    const create = (body: unknown) => api.outcome('POST', `${F}/aliases`, body);

    expect(await create({ name: 'live', version: 'latest' })).toBe('409 FSS.1063');
    expect(await create({ name: 'other', version: 'v1' })).toBe('409 FSS.1066');
    expect(await create({ name: 'other', version: 'v2' })).toBe('404 FSS.1052');
    expect(await create({ name: 'other', version: '!live' })).toBe('404 FSS.1052');
    expect(await create({ name: 'other', version: 'latest' })).toBe('200');
    expect(await api.outcome('PUT', `${F}/aliases/other`, { version: 'v1' })).toBe('409 FSS.1066');
    expect(await api.outcome('PUT', `${F}/aliases/live`, { version: 'v1', description: 'x' })).toBe('200');
  });

  it.each(['', '1a', 'a-', 'a b', '!a', 'a'.repeat(64), 7])('is not called %s', async (name) => {
    const api = await startApi();
    await api.create('f');

    expect(await api.outcome('POST', `${F}/aliases`, { name, version: 'latest' })).toBe('400 FSS.1014');
  });

  it('is one of 10', async () => {
    const api = await startApi();
    await api.create('f');
    for (let n = 0; n < 10; n++) {
      await setCode(api, `code ${n}`);
      await publish(api, `v${n}`);
      expect(await api.outcome('POST', `${F}/aliases`, { name: `a${n}`, version: `v${n}` })).toBe('200');
    }

    expect(await api.outcome('POST', `${F}/aliases`, { name: 'more', version: 'latest' })).toBe('403 FSS.1043');
  });

  it('divides its requests by weight', async () => {
    let draw = 0;
    const api = await startApi({ random: () => draw });
    await api.create('f');
    await publish(api, 'v1');
    await setCode(api, 'two');
    await publish(api, 'v2');
    const created = await api.call('POST', `${F}/aliases`, {
      name: 'live',
      version: 'v1',
      additional_version_weights: { v2: 20 },
    });
    const version = async (random: number): Promise<string> => {
      draw = random;
      return (await api.run1(urnOf('f', ':!live'))).version;
    };

    expect(created.json.additional_version_weights).toEqual({ v2: 20 });
    expect([await version(0), await version(0.199), await version(0.2), await version(0.999)]).toEqual([
      'v2',
      'v2',
      'v1',
      'v1',
    ]);
    await api.call('PUT', `${F}/aliases/live`, { version: 'v1' });
    expect(await version(0)).toBe('v1');
  });

  it.each([
    ['itself', { v1: 5 }, '400 FSS.1093'],
    ['latest', { latest: 5 }, '400 FSS.1091'],
    ['an unknown version', { v9: 5 }, '400 FSS.1091'],
    ['two versions', { v2: 5, v3: 5 }, '400 FSS.1091'],
    ['a weight of 0', { v2: 0 }, '400 FSS.1092'],
    ['a weight of 100', { v2: 100 }, '400 FSS.1092'],
    ['half a percent', { v2: 0.5 }, '400 FSS.1092'],
    ['a text', { v2: '5' }, '400 FSS.1092'],
    ['a list', [5], '400 FSS.1092'],
    ['nothing', {}, '200'],
  ])('does not divide them with %s', async (_, weights, expected) => {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    for (const name of ['v2', 'v3']) {
      await setCode(api, name);
      await publish(api, name);
    }
    const body = { name: 'live', version: 'v1', additional_version_weights: weights };

    expect(await api.outcome('POST', `${F}/aliases`, body)).toBe(expected);
  });

  it('says that rules are not available', async () => {
    const api = await startApi();
    await api.create('f');
    const body = { name: 'live', version: 'latest', additional_version_strategy: { v1: { rules: [] } } };

    expect(await api.outcome('POST', `${F}/aliases`, body)).toBe('400 FSS.0400');
  });
});

describe('triggers', () => {
  const timer = (name: string) => ({
    trigger_type_code: 'TIMER',
    trigger_status: 'DISABLED',
    event_data: { name, schedule_type: 'Rate', schedule: '3m' },
  });
  const triggersAt = (qualifier: string): string => `/v2/project/fgs/triggers/${urnOf('f', qualifier)}`;

  async function withTriggers(): Promise<Api> {
    const api = await startApi();
    await api.create('f');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });
    for (const qualifier of ['', ':v1', ':!live'])
      expect((await api.call('POST', triggersAt(qualifier), timer('nightly'))).status).toBe(201);
    return api;
  }
  const count = async (api: Api, qualifier: string): Promise<number> =>
    (await api.call('GET', triggersAt(qualifier))).json.length;

  it('keep an alias from being deleted by itself', async () => {
    const api = await withTriggers();

    expect(await api.outcome('DELETE', `${F}/aliases/live`)).toBe('403 FSS.1154');
    expect(await api.outcome('DELETE', triggersAt(':!live'))).toBe('204');
    expect(await api.outcome('DELETE', `${F}/aliases/live`)).toBe('204');
    expect([await count(api, ''), await count(api, ':v1')]).toEqual([1, 1]);
  });

  it('of a version and its aliases go with it', async () => {
    const api = await withTriggers();
    await api.call('DELETE', at(':v1'));
    await setCode(api, 'two');
    await publish(api, 'v1');
    await api.call('POST', `${F}/aliases`, { name: 'live', version: 'v1' });

    expect([await count(api, ''), await count(api, ':v1'), await count(api, ':!live')]).toEqual([1, 0, 0]);
  });

  it('that are created while their function is deleted do not outlive it', async () => {
    const api = await startApi();
    for (let round = 0; round < 5; round++) {
      await api.create('f');
      await publish(api, 'v1');
      await Promise.all([
        ...['a', 'b'].map((name) => api.call('POST', triggersAt(':v1'), timer(name))),
        round % 2 === 0 ? api.call('DELETE', F) : api.call('DELETE', at(':v1')),
        ...['c', 'd'].map((name) => api.call('POST', triggersAt(':v1'), timer(name))),
      ]);

      expect(api.fg.stats().timers).toEqual([]);
      await api.call('DELETE', F);
    }
  });

  it('of a function go with it', async () => {
    const api = await withTriggers();
    await api.call('DELETE', F);
    await api.create('f');

    expect(await count(api, '')).toBe(0);
    expect(api.fg.stats().timers).toEqual([]);
  });
});
