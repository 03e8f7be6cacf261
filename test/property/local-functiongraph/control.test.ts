import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUrn, parseUrn } from '../../../scripts/local/functiongraph/control/urn.ts';
import { runs } from '../../helpers/thorough.ts';
import { code, config, creation, FUNCTIONS, startApi, urnOf } from '../../unit/local/functiongraph/control/plane.ts';

const F = `${FUNCTIONS}/${urnOf('f')}`;
const BODIES = {
  ...creation('f'),
  user_data: '{"A":"b"}',
  encrypted_user_data: '{"S":"the-secret"}',
  strategy_config: { concurrency: 1 },
  log_config: { group_id: 'g' },
  name: 'live',
  version: 'v1',
  additional_version_weights: { v1: 5 },
  max_instance_num: 3,
  max_async_retry_attempts: 1,
  destination_config: { on_failure: { destination: 'OBS', param: '{}' } },
  code_url: 'https://b.obs.cn-north-4.myhuaweicloud.com/f.zip',
};
const OPERATIONS = [
  ['POST', FUNCTIONS],
  ['PUT', `${F}/code`],
  ['PUT', `${F}/config`],
  ['PUT', `${F}/config-max-instance`],
  ['POST', `${F}/versions`],
  ['POST', `${F}/aliases`],
  ['PUT', `${F}/aliases/live`],
  ['PUT', `${F}/async-invoke-config`],
  ['POST', `${F}/invocations-async`],
] as const;

const field = fc.constantFrom(...Object.keys(BODIES));
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(...Object.values(BODIES)),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom(
    'zip',
    'obs',
    'inline',
    'jar',
    '{"__proto__":{}}',
    '{"a":{"a":[]}}',
    'constructor',
    '__proto__',
    'toString',
  ),
);
/** A body that is right but for some of its fields. */
const body = fc
  .tuple(
    fc.dictionary(field, value, { maxKeys: 4 }),
    fc.constantFrom({}, creation('f'), config('f'), code('1'), BODIES),
  )
  .map(([changes, right]) => ({ ...right, ...changes }));

describe('the control plane', () => {
  it('answers whatever is sent with 2xx or 4xx and JSON, and shows no secret and no stack', async () => {
    const api = await startApi();
    await api.create('f', { encrypted_user_data: '{"S":"the-secret"}' });

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...OPERATIONS), fc.oneof(body, fc.jsonValue()), async ([method, path], sent) => {
        const { status, text, json } = await api.call(method, path, sent);

        expect(status).toBeLessThan(500);
        expect(json).toBeDefined();
        if (status >= 300)
          expect(json).toMatchObject({ error_code: expect.any(String), error_msg: expect.any(String) });
        expect(text).not.toMatch(/the-secret|\n\s+at |node:internal/);
      }),
      { seed: 20_260_101, numRuns: runs(120) },
    );
    expect(JSON.stringify(api.logs)).not.toContain('the-secret');
    expect((await api.call('GET', `${F}/config`)).status).toBe(200);
  });

  it('knows every URN that it makes, and takes nothing else for one', () => {
    const part = fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/);
    const qualifier = fc.option(
      fc.oneof(
        part,
        part.map((name) => `!${name}`),
        fc.constant('v1.2-3'),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(part, part, part, part, qualifier, (region, projectId, group, name, version) => {
        const urn = { region, projectId, package: group, name, qualifier: version };
        expect(parseUrn(formatUrn(urn))).toEqual(urn);
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseUrn(text)).toBeUndefined();
        expect(parseUrn(`urn:fss:r:p:function:g:n:q:${text}`)).toBeUndefined();
      }),
      { seed: 1 },
    );
  });
});
