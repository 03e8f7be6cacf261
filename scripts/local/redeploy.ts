import { applyPlan } from '../deploy/apply/apply-plan.ts';
import { resolveTarget } from '../deploy/credentials.ts';
import { type LocalCloud, localEnvironment } from '../deploy/local-environment.ts';
import { planDeployment } from '../deploy/plan/plan-deployment.ts';
import type { DeployPlan } from '../deploy/types.ts';
import type { ServerlessConfig } from '../serverless/config.ts';

/**
 * Deploys functions to a running local cloud through the library, in this process: what `oms-sync deploy` does, without
 * the time that a process takes to start. Throws the error of the first function that failed.
 */
export async function redeploy(
  cloud: LocalCloud,
  config: ServerlessConfig,
  only: readonly string[],
  signal?: AbortSignal,
): Promise<DeployPlan> {
  const target = await resolveTarget({ region: config.region, env: localEnvironment(cloud, '[]') });
  const stop = signal ? { signal } : {};
  const plan = await planDeployment({ config, target, only, ...stop });
  const { keepVersions } = config;
  const result = await applyPlan(plan, { target, ...stop, ...(keepVersions === undefined ? {} : { keepVersions }) });
  const failed = result.functions.find(({ error }) => error !== undefined);
  if (failed?.error) throw failed.error;
  return plan;
}
