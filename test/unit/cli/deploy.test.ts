import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../scripts/cli/deploy/run.ts';
import type { DeployPlan, DeployResult } from '../../../scripts/deploy/types.ts';

describe('the last line of a deployment', () => {
  it('tells functions that were deleted from those that were deployed', () => {
    const fn = (key: string, action: DeployPlan['functions'][number]['action']) => ({
      key,
      name: `oms-sync-dev-${key}`,
      action,
      code: false,
      changes: [],
      triggers: [],
    });
    const plan: DeployPlan = {
      service: 'oms-sync',
      stage: 'dev',
      region: 'cn-north-4',
      warnings: [],
      functions: [fn('kept', 'update'), fn('gone', 'delete'), fn('left', 'delete')],
    };
    const ended = (key: string, outcome: DeployResult['functions'][number]['outcome']) => ({
      key,
      name: `oms-sync-dev-${key}`,
      outcome,
      ms: 1,
    });
    const result: DeployResult = {
      ok: false,
      functions: [ended('kept', 'done'), ended('gone', 'done'), ended('left', 'failed')],
      ms: 1,
    };

    expect(outcomeOf(plan, result, 1)).toBe('1 deployed, 1 deleted, 1 failed; run it again to go on, 1 ms');
  });
});
