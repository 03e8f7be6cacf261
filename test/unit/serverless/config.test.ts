import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/config/read.ts';
import { stateVariables } from '#shared/config/state.ts';
import { loadServerless } from '../../../scripts/serverless/load.ts';
import { triggersOf } from '../../helpers/bucket-triggers.ts';

const ROUTES = '[{"source":{"bucket":"source"},"sync_task_id":"t"}]';

describe('loadServerless', () => {
  it('resolves the variables of a stage and fills in what the provider declares', async () => {
    const config = await loadServerless('local', { OMS_SYNC_ROUTES: ROUTES, OMS_SYNC_REGION: 'cn-east-3' });
    expect(config.stage).toBe('local');
    expect(config.region).toBe('cn-east-3');
    const trigger = config.functions['on-object-created'];
    expect(trigger).toMatchObject({
      runtime: 'Node.js20.15',
      memorySize: 256,
      timeout: 60,
      agency: 'oms-sync-local-trigger',
    });
    expect(trigger?.environment).toMatchObject({ ROUTES, OMS_REGION: 'cn-east-3' });
    expect(trigger?.async).toMatchObject({ maxRetries: 3, maxEventAge: 86_400 });
  });

  it('leaves the platform’s own policy where a function declares none', async () => {
    const { functions } = await loadServerless('local');
    expect(functions['create-sync-task']?.async).toEqual({ maxRetries: 1, maxEventAge: 3600 });
  });

  it('keeps the event of a failed invocation in the state bucket, for ever', async () => {
    const { functions } = await loadServerless('local', { OMS_SYNC_STATE_BUCKET: 'keep' });
    const trigger = functions['on-object-created'];
    expect(trigger?.async.onFailure).toEqual({
      type: 'OBS',
      bucket: 'keep',
      prefix: 'failed-invocations/on-object-created/',
      expires: 0,
    });
    expect(trigger?.environment['STATE_BUCKET']).toBe('keep');
  });

  it('redrives by timer and over HTTP, with an answer in time, and no run meets the next one', async () => {
    const redrive = (await loadServerless('local', { OMS_SYNC_STATE_BUCKET: 'keep' })).functions['redrive'];
    expect(redrive?.events).toEqual([
      { apig: { method: 'POST', path: '/redrive', auth: 'APP', timeout: 30_000 } },
      { timer: { name: 'redrive', type: 'Rate', schedule: '15m' } },
    ]);
    expect(redrive?.timeout).toBe(15 * 60);
    expect(redrive?.async.onFailure).toMatchObject({ bucket: 'keep', prefix: 'failed-invocations/redrive/' });
  });

  it('puts failed invocations where redrive looks for them', async () => {
    const { functions } = await loadServerless('local');
    for (const { async: policy, environment } of Object.values(functions)) {
      const { onFailure } = policy;
      if (onFailure?.type !== 'OBS') continue;
      const { failedInvocationsPrefix } = readConfig(stateVariables, (name) => environment[name] || undefined);
      expect(onFailure.prefix.startsWith(failedInvocationsPrefix), onFailure.prefix).toBe(true);
      expect(onFailure.bucket).toBe(environment['STATE_BUCKET']);
    }
  });

  it('gives redrive what on-object-created submits with', async () => {
    const { functions } = await loadServerless('local', { OMS_SYNC_STATE_ENDPOINT: 'http://127.0.0.1:1' });
    const { REDRIVE_MAX_ATTEMPTS: _, FUNCTIONGRAPH_ENDPOINT: __, ...same } = functions['redrive']?.environment ?? {};
    expect(same).toEqual(functions['on-object-created']?.environment);
  });

  it('declares IAM authentication for every route, and APP on the local stage only', async () => {
    const [deployed, local] = await Promise.all([loadServerless('prod'), loadServerless('local')]);
    const auth = (config: typeof local) =>
      new Set(
        Object.values(config.functions).flatMap((fn) => fn.events.flatMap((e) => ('apig' in e ? [e.apig.auth] : []))),
      );
    expect(auth(deployed)).toEqual(new Set(['IAM']));
    expect(auth(local)).toEqual(new Set(['APP']));
  });

  it('turns key encoding on for the EventGrid trigger', async () => {
    const triggers = triggersOf(await loadServerless('local', { OMS_SYNC_SOURCE_BUCKET: 'photos' }));
    expect(triggers).toEqual([
      expect.objectContaining({ type: 'EVENTGRID', bucket: 'photos', keyEncode: true, target: 'on-object-created' }),
    ]);
  });

  it('keeps a function’s variables of each kind below the platform’s limits, also where all are set', async () => {
    const config = await loadServerless('local');
    for (const [key, fn] of Object.entries(config.functions))
      for (const variables of [fn.environment, fn.encryptedEnvironment]) {
        expect(Object.keys(variables).length, key).toBeLessThanOrEqual(20);
        expect(JSON.stringify(variables).length, key).toBeLessThanOrEqual(4096);
      }
  });
});
