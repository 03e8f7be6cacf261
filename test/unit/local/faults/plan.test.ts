import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFaultPlans } from '../../../../scripts/local/faults/file.ts';
import { FaultPlanError, parseFaultPlan } from '../../../../scripts/local/faults/plan.ts';
import { OBS_VOCABULARY, OMS_VOCABULARY } from '../../../../scripts/local/faults/vocabulary.ts';

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof FaultPlanError) return error.problems.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
};
const mistakes = (rule: unknown) => problemsOf(() => parseFaultPlan({ seed: 1, rules: [rule] }, OMS_VOCABULARY));

describe('a fault plan', () => {
  it('is taken as it is where nothing is wrong with it', () => {
    const plan = {
      seed: 7,
      rules: [
        { fault: 'status', status: 429, retry_after: 1, operation: 'CreateSyncEvents', probability: 0.5, limit: 3 },
        { fault: 'lose', key: 'a', calls: [1, 4] },
      ],
    };
    expect(parseFaultPlan(plan, OMS_VOCABULARY)).toEqual(plan);
  });

  it.each<[string, unknown, string]>([
    ['an unknown fault', { fault: 'burn', every: 1 }, 'rules[0].fault must be one of status, reset,'],
    ['a probability over 1', { fault: 'fail', probability: 2 }, 'rules[0].probability must be a number from 0 to 1'],
    ['no schedule', { fault: 'fail' }, 'rules[0] must have exactly one of probability, calls, every'],
    ['two schedules', { fault: 'fail', every: 1, calls: [1] }, 'rules[0] must have exactly one of'],
    ['call 0', { fault: 'fail', calls: [0] }, 'rules[0].calls[0] must be a whole number from 1'],
    ['no calls', { fault: 'fail', calls: [] }, 'rules[0].calls must be an array of numbers from 1'],
    ['a status that is none', { fault: 'status', status: 418, every: 1 }, 'rules[0].status must be one of 400, 401'],
    ['a slow answer without a time', { fault: 'slow', every: 1 }, 'rules[0].ms must be a whole number from 0'],
    ['an unknown field', { fault: 'fail', every: 1, stauts: 1 }, 'rules[0].stauts is not known for the fault fail'],
    ['a parameter of another fault', { fault: 'fail', every: 1, ms: 1 }, 'rules[0].ms is not known for the fault fail'],
    [
      'an unknown operation',
      { fault: 'reset', every: 1, operation: 'Go' },
      'rules[0].operation must be one or several',
    ],
    [
      'an operation for an object',
      { fault: 'fail', every: 1, operation: 'ShowSyncTask' },
      'rules[0].operation does not apply to object faults',
    ],
    ['a rule that is a word', 'fail', 'rules[0] must be an object'],
  ])('with %s is refused', (_, rule, message) => {
    expect(mistakes(rule).join('\n')).toContain(message);
  });

  it('is refused with every mistake at once', () => {
    const plan = { seed: -1, rules: [{ fault: 'drop', every: 0, limit: 0 }], why: 1 };
    expect(problemsOf(() => parseFaultPlan(plan, OBS_VOCABULARY))).toEqual([
      'why is not known; a plan has seed and rules',
      'seed must be a whole number from 0',
      'rules[0].every must be a whole number from 1',
      'rules[0].limit must be a whole number from 1',
    ]);
  });

  it('stands in a file beside that of the other service', () => {
    const plans = { oms: { seed: 1, rules: [] }, obs: { seed: 2, rules: [{ fault: 'drop', every: 2 }] } };
    expect(parseFaultPlans(plans)).toEqual(plans);
    expect(problemsOf(() => parseFaultPlans({ obs: { seed: 1, rules: {} }, iam: {} }))).toEqual([
      'obs.rules must be an array',
      'iam is not known; there are oms and obs',
    ]);
  });

  it('is taken as the documentation shows it, and every fault is documented', () => {
    const text = readFileSync(new URL('../../../../docs/reference/local-cloud.md', import.meta.url), 'utf8');
    const [, example = ''] = /^## Fault plans$.*?```json\n(.*?)```/ms.exec(text) ?? [];
    expect(Object.keys(parseFaultPlans(JSON.parse(example)))).toEqual(['oms', 'obs']);
    const faults = [...Object.keys(OMS_VOCABULARY.faults), ...Object.keys(OBS_VOCABULARY.faults)];
    expect(faults.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
