import { describe, expect, it } from 'vitest';
import { infoText } from '../../../scripts/cli/info/run.ts';
import type { DescribedFunction } from '../../../scripts/deploy/types.ts';

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
    { id: '2', type: 'TIMER', name: 'redrive', status: 'DISABLED' },
  ],
};
const service = { service: 'oms-sync', stage: 'dev', region: 'r' };

describe('infoText', () => {
  it('shows the version that serves, and the triggers with their addresses', () => {
    expect(
      infoText({ ...service, functions: [fn, { ...fn, key: 'new', version: undefined, triggers: [] }] }, false),
    ).toBe(
      `oms-sync, stage dev, r

  redrive  version v2, Node.js20.15, 256 MB, 900 s
    APIG       POST /redrive  https://x/redrive
    TIMER      redrive (DISABLED)
  new      no version serves, Node.js20.15, 256 MB, 900 s`,
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
