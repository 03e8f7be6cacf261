import { systemClock } from '#shared/http/clock.ts';
import { Progress } from './apply/progress.ts';
import { FunctionGraphClient } from './client/functiongraph.ts';
import type { WireVersion } from './client/wire.ts';
import { DeployError } from './errors.ts';
import { deploymentOf } from './fingerprint.ts';
import { functionUrn, LIVE, versionUrn } from './naming.ts';
import { isVariable, versionChanges } from './plan/version-changes.ts';
import { type DeployedFunction, deployedFunctions } from './service.ts';
import type { PlannedRollback, RollbackOptions, RollbackPlan } from './types.ts';

/**
 * Finds out what a rollback changes. Sends nothing but reads.
 *
 * Where no function is named, the last deployment is undone: those go back whose serving version is of it. One that it
 * did not change stays, for its version before may have the variables of long ago.
 *
 * @returns what moves; functions without an earlier version are left out
 * @throws DeployError where `to` names no version, or one that serves; ApiError
 */
export async function planRollback(options: RollbackOptions): Promise<RollbackPlan> {
  const { service, stage, target, to, only, signal } = options;
  if (to !== undefined && only?.length !== 1)
    throw new DeployError('Deploy.Rollback', 'A version belongs to one function: name the function, too.');
  const client = new FunctionGraphClient(target, signal);
  const deployed = await deployedFunctions(client, options);
  const functions: PlannedRollback[] = [];
  for (const fn of only === undefined ? ofLastDeployment(deployed) : deployed) {
    const { key, name, live, versions } = fn;
    const from = versions.find(({ version }) => version === live?.alias.version);
    const next = to === undefined ? versionBefore(fn) : namedVersion(fn, to);
    if (live === undefined || next === undefined) continue;
    const config = await client.showConfig(versionUrn(fn.urn, next.version));
    if (!config) throw new DeployError('Deploy.Rollback', `${key}: version ${next.version} is gone.`);
    const changes = versionChanges({ config: live.config, version: from }, { config, version: next });
    functions.push({ key, name, from: live.alias.version, to: next.version, changes });
  }
  const changesVariables = functions.some(({ changes }) => changes.some(({ field }) => isVariable(field)));
  return { service, stage, region: target.region, functions, changesVariables };
}

/**
 * Lets the earlier versions of a plan serve: the alias moves, and nothing else changes, triggers least of all. The next
 * deployment moves it to what serverless.yml says again.
 *
 * @throws ApiError at the first that fails
 */
export async function applyRollback(plan: RollbackPlan, options: RollbackOptions): Promise<void> {
  const { target, onEvent, signal, alias = LIVE } = options;
  const client = new FunctionGraphClient(target, signal);
  const clock = target.clock ?? systemClock;
  for (const { key, name, to } of plan.functions) {
    const urn = functionUrn(target, name);
    const progress = new Progress(key, clock, onEvent);
    const outcome = await progress.run(name, async () => {
      progress.step('alias');
      const found = (await client.listAliases(urn)).find((one) => one.name === alias);
      const weighted = Object.keys(found?.additional_version_weights ?? {}).length > 0;
      await client.updateAlias(urn, alias, { version: to, weighted });
      return to;
    });
    if (outcome.error) throw outcome.error;
  }
}

/** Versions that were published by hand tell of no deployment: where there are no others, all functions. */
function ofLastDeployment(functions: readonly DeployedFunction[]): readonly DeployedFunction[] {
  const deployment = ({ live }: DeployedFunction): string => deploymentOf(live?.alias.version ?? '') ?? '';
  const last = functions.map(deployment).sort().at(-1);
  return functions.filter((fn) => deployment(fn) === last);
}

/** The one published before the one that serves. */
function versionBefore({ versions, live }: DeployedFunction): WireVersion | undefined {
  const index = versions.findIndex(({ version }) => version === live?.alias.version);
  return index < 0 ? undefined : versions[index + 1];
}

function namedVersion({ key, versions, live }: DeployedFunction, to: string): WireVersion {
  const found = versions.find(({ version }) => version === to);
  const names = versions.map(({ version }) => version).join(', ');
  if (!found) throw new DeployError('Deploy.Rollback', `${key} has no version ${to}; it has ${names || 'none'}.`);
  if (live?.alias.version === to) throw new DeployError('Deploy.Rollback', `${key}: version ${to} serves already.`);
  return found;
}
