import { describe, expect, it } from 'vitest';
import { planTable } from '../../../../scripts/deploy/progress/plan-table.ts';
import type { DeployPlan } from '../../../../scripts/deploy/types.ts';

const fn = { triggers: [], changes: [], code: false };
const trigger = { type: 'EVENTGRID', name: 'source', changes: [] };

describe('planTable', () => {
  it('shows what each function and trigger will go through', () => {
    const plan: DeployPlan = {
      service: 'oms-sync',
      stage: 'prod',
      region: 'cn-north-4',
      warnings: [],
      functions: [
        { ...fn, key: 'new', name: 'n', action: 'create', code: true, triggers: [{ ...trigger, action: 'create' }] },
        {
          ...fn,
          key: 'changed-one',
          name: 'c',
          action: 'update',
          code: true,
          changes: ['environment.ROUTES', 'timeout'],
          triggers: [
            { ...trigger, action: 'replace', changes: ['suffix'] },
            { type: 'TIMER', name: 'redrive', action: 'replace', changes: ['schedule'], gap: 'No timer for a moment.' },
            { type: 'APIG', name: 'POST /x', action: 'delete', changes: [] },
            { type: 'APIG', name: 'GET /x', action: 'unchanged', changes: [] },
          ],
        },
        { ...fn, key: 'same', name: 's', action: 'unchanged' },
        { ...fn, key: 'gone', name: 'g', action: 'delete' },
        { ...fn, key: 'old', name: 'o', action: 'orphan' },
      ],
    };

    expect(planTable(plan)).toBe(
      `oms-sync, stage prod, cn-north-4

  create     new          new
             + EVENTGRID source
  update     changed-one  code, environment.ROUTES, timeout
             ~ EVENTGRID source (replace: suffix)
             ~ TIMER redrive (replace: schedule)
               No timer for a moment.
             - APIG POST /x (delete)
  unchanged  same
  delete     gone         not in serverless.yml
  orphan     old          not in serverless.yml; --prune deletes it

5 functions: 1 to create, 1 to update, 1 to delete, 1 not in serverless.yml any more, 1 unchanged.`,
    );
  });

  it('has a sentence for an empty plan, and cuts a list that nobody would read', () => {
    const plan = { service: 's', stage: 't', region: 'r', warnings: ['GET /x is open'] };
    expect(planTable({ ...plan, functions: [] })).toContain('Warning: GET /x is open\nThere are no functions.');
    const changes = Array.from({ length: 9 }, (_, index) => `environment.V${index}`);
    const update = { ...fn, key: 'k', name: 'n', action: 'update' as const, changes };
    expect(planTable({ ...plan, functions: [update] })).toContain(
      'environment.V0, environment.V1, environment.V2, environment.V3, environment.V4 and 4 more',
    );
  });
});
