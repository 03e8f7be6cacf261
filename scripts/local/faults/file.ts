import { readFile } from 'node:fs/promises';
import { type FaultPlan, FaultPlanError, type PlanProblem, parseFaultPlan } from './plan.ts';
import { OBS_VOCABULARY, OMS_VOCABULARY } from './vocabulary.ts';

export interface FaultPlans {
  readonly oms?: FaultPlan;
  readonly obs?: FaultPlan;
}

const VOCABULARIES = { oms: OMS_VOCABULARY, obs: OBS_VOCABULARY } as const;

/**
 * Reads `{"oms": plan, "obs": plan}`, either of which may be absent.
 * @throws Error that names the file, or FaultPlanError with every mistake in it
 */
export async function readFaultFile(file: string): Promise<FaultPlans> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`The fault file ${file} is not readable: ${(error as Error).message}`, { cause: error });
  }
  return parseFaultPlans(value);
}

/** @throws FaultPlanError with every mistake */
export function parseFaultPlans(value: unknown): FaultPlans {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FaultPlanError([{ path: '$', message: 'must be an object with oms, obs or both' }]);
  const problems: PlanProblem[] = [];
  const plans: Record<string, FaultPlan> = {};
  for (const [service, plan] of Object.entries(value)) {
    if (service !== 'oms' && service !== 'obs') {
      problems.push({ path: service, message: 'is not known; there are oms and obs' });
      continue;
    }
    try {
      plans[service] = parseFaultPlan(plan, VOCABULARIES[service]);
    } catch (error) {
      if (!(error instanceof FaultPlanError)) throw error;
      problems.push(...error.problems.map(({ path, message }) => ({ path: `${service}.${path}`, message })));
    }
  }
  if (problems.length > 0) throw new FaultPlanError(problems);
  return plans;
}
