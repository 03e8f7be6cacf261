import { describe, expect, it } from 'vitest';
import { configOf } from '../../../../contract/functiongraph/start.ts';
import { answering, code, FUNCTIONS, startApi, urnOf, zipOf } from './plane.ts';

const ANSWER = zipOf('exports.handler = async (e, c) => [c.getFunctionName(), c.getVersion(), c.getPackage()].join()');

describe('the local host', () => {
  it('finds what was deployed by the API by name, by the end of the name, and by URN', async () => {
    const api = await startApi();
    const zip = { func_code: { file: Buffer.from(ANSWER).toString('base64') } };
    await api.create('service-local-f', zip);
    await api.create('service-local-other-f', zip);
    const f = urnOf('service-local-f');
    await api.call('POST', `${FUNCTIONS}/${f}/versions`, { version: 'v1' });
    await api.call('POST', `${FUNCTIONS}/${f}/aliases`, { name: 'live', version: 'v1' });
    const payload = async (name: string): Promise<unknown> => {
      const result = await api.fg.invoke(name, {});
      return 'payload' in result ? result.payload : result;
    };

    for (const name of ['service-local-f', 'local-f', f, `${f}:latest`])
      expect([name, await payload(name)]).toEqual([name, 'service-local-f,latest,default']);
    for (const name of ['service-local-f:v1', 'local-f:!live', `${f}:!live`, `${f}:v1`])
      expect([name, await payload(name)]).toEqual([name, 'service-local-f,v1,default']);
    expect(await payload('other-f')).toBe('service-local-other-f,latest,default');
    // Two functions are called so.
    await expect(payload('f')).rejects.toMatchObject({ code: 'FSS.1051' });
    await expect(payload('nobody')).rejects.toMatchObject({ code: 'FSS.1051' });
    await expect(payload('local-f:v2')).rejects.toMatchObject({ code: 'FSS.1051' });
    await expect(payload(`${f}:v2`)).rejects.toMatchObject({ code: 'FSS.1052', name: 'VersionNotFoundError' });
    await expect(payload(`${f}:!x`)).rejects.toMatchObject({ code: 'FSS.1053', name: 'AliasNotFoundError' });
  });

  it('tells functions of one name apart by their groups', async () => {
    const api = await startApi();
    const zip = (text: string) =>
      code(`exports.handler = async (e, c) => { console.log('${text}'); return '${text}' }`);
    await api.create('f', zip('of default'));
    await api.create('f', { ...zip('of group'), package: 'group' });
    const other = urnOf('f').replace(':default:', ':group:');

    for (const urn of [urnOf('f'), other]) {
      await api.call('POST', `${FUNCTIONS}/${urn}/invocations`, {});
      await api.call('POST', `${FUNCTIONS}/${urn}/invocations-async`, {});
    }
    await api.fg.idle();

    expect(api.logs.map((line) => [line.function, line.text]).sort()).toEqual([
      ['f', 'of default'],
      ['f', 'of default'],
      ['group.f', 'of group'],
      ['group.f', 'of group'],
    ]);
    await api.call('DELETE', `${FUNCTIONS}/${urnOf('f')}`);
    expect((await api.call('POST', `${FUNCTIONS}/${other}/invocations`, {})).text).toBe('of group');
  });

  it('shows what it deploys in the API, under its name', async () => {
    const api = await startApi();
    await api.fg.deploy('f', configOf({ environment: { A: 'b' }, encryptedEnvironment: { S: 'secret' } }), ANSWER);

    const { json, text } = await api.call('GET', `${FUNCTIONS}/${urnOf('service-local-f')}/config`);

    expect(json).toMatchObject({ func_name: 'service-local-f', user_data: '{"A":"b"}', timeout: 10 });
    expect(text).not.toContain('secret');
    const published = await api.call('POST', `${FUNCTIONS}/${urnOf('service-local-f')}/versions`, { version: 'v1' });
    expect(published.json.version).toBe('v1');
    await api.fg.deploy('f', configOf(), zipOf(answering('two')));
    expect(await api.run1(urnOf('service-local-f', ':v1'))).toBeUndefined();
    expect(await api.run1(urnOf('service-local-f'))).toMatchObject({ text: 'two' });
    expect(api.fg.stats().functions).toEqual({ f: { instances: 2, busy: 0 } });
  });

  it('has one function of a key: another name replaces it', async () => {
    const api = await startApi();
    await api.fg.deploy('f', configOf({ name: 'before' }), ANSWER);
    await api.fg.deploy('f', configOf({ name: 'after' }), ANSWER);

    expect(await api.fg.invoke('f', {})).toMatchObject({ payload: 'after,latest,default' });
    expect((await api.call('GET', FUNCTIONS)).json.functions).toMatchObject([{ func_name: 'after' }]);
  });

  it('gives up an instance of a version only after it has nothing to do, and cleans up its code', async () => {
    const api = await startApi({ idleInstance: 50 });
    await api.fg.deploy('f', configOf(), ANSWER);
    await api.fg.invoke('f', {});

    await expect.poll(() => api.fg.stats().functions['f']?.instances, { timeout: 10_000 }).toBe(0);
    expect(await api.fg.invoke('f', {})).toMatchObject({ outcome: 'success', cold: true });
  });
});
