import { describe, expect, it } from 'vitest';
import { infoText, problemsOf } from '../../../scripts/cli/info/run.ts';
import type { DescribedFunction } from '../../../scripts/deploy/types.ts';
import type { FunctionEvent } from '../../../scripts/serverless/config.ts';

const fn: DescribedFunction = {
  key: 'redrive',
  name: 'oms-sync-dev-redrive',
  urn: 'urn:fss:r:p:function:default:oms-sync-dev-redrive',
  runtime: 'Node.js20.15',
  memorySize: 256,
  timeout: 900,
  description: 'submits again',
  version: 'v2',
  versions: [
    { name: 'v2', publishedAt: '2026-11-21' },
    { name: 'v1', publishedAt: undefined },
  ],
  variables: ['ROUTES', 'STATE_BUCKET'],
  triggers: [
    { id: '1', type: 'APIG', name: 'POST /redrive', status: 'ACTIVE', url: 'https://x/redrive' },
    { id: '2', type: 'TIMER', name: 'redrive', status: 'DISABLED', schedule: '15m' },
  ],
};
const service = { service: 'oms-sync', stage: 'dev', region: 'r', problems: {} };

describe('infoText', () => {
  it('shows the version that serves, and the triggers with their addresses', () => {
    expect(
      infoText({ ...service, functions: [fn, { ...fn, key: 'new', version: undefined, triggers: [] }] }, false),
    ).toBe(
      `oms-sync, stage dev, r

  redrive  version v2, Node.js20.15, 256 MB, 900 s
    APIG       POST /redrive  https://x/redrive
    TIMER      redrive (DISABLED)  every 15m
  new      no version serves, Node.js20.15, 256 MB, 900 s

Healthy: what serverless.yml declares is there and on. Times are UTC.`,
    );
  });

  it('shows versions and names of variables of one function', () => {
    const text = infoText({ ...service, functions: [fn] }, true);
    expect(text).toContain(`    URN        ${fn.urn}`);
    expect(text).toContain('    variables  ROUTES, STATE_BUCKET');
    expect(text).toContain('      v2  2026-11-21  serves\n      v1');
  });

  it('says that nothing is deployed', () => {
    expect(infoText({ ...service, functions: [] }, false)).toBe('oms-sync, stage dev, r: nothing is deployed');
  });
});

describe('problemsOf', () => {
  const timer = { timer: { name: 'redrive', type: 'Rate', schedule: '15m' } } as const;
  const declared = (events: readonly FunctionEvent[]) => ({ functions: { redrive: { events } } }) as never;

  it('finds none where serverless.yml is deployed, switched off on purpose included', () => {
    const apig = { apig: { method: 'POST', path: '/redrive', auth: 'IAM' } } as const;
    const off = { timer: { ...timer.timer, enabled: false } };
    expect(problemsOf([fn], declared([apig, off]), ['redrive'])).toEqual({});
  });

  it('names what is missing, gone, off or nobody declares', () => {
    const other = { ...fn, key: 'other', version: undefined, triggers: [] };
    const gone = { ...fn, version: 'v9' };
    expect(problemsOf([gone, other], declared([timer, timer, timer]), ['redrive', 'reconcile'])).toEqual({
      redrive: [
        'version v9, which should serve, is gone: deploy again',
        '1 trigger missing: deploy again',
        'trigger TIMER redrive is DISABLED',
      ],
      reconcile: ['not deployed'],
      other: ['not in serverless.yml: deploy --prune deletes it', 'no version serves: deploy again'],
    });
    expect(infoText({ ...service, functions: [gone], problems: { redrive: ['broken'] } }, false)).toMatch(
      /\n\nNot as it should be:\n {2}redrive: broken$/,
    );
  });
});
