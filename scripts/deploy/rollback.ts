import { systemClock } from '#shared/runtime/clock.ts';
import { Progress } from './apply/progress.ts';
import { FunctionGraphClient } from './client/functiongraph.ts';
import { DeployError } from './errors.ts';
import { deploymentOf } from './fingerprint.ts';
import { LIVE } from './naming.ts';
import { type DeployedFunction, deployedFunctions } from './service.ts';
import type { RollbackOptions, RollbackResult } from './types.ts';

/**
 * Lets an earlier version serve: the alias moves, and nothing else changes, triggers least of all. The next deployment
 * moves it to what serverless.yml says again.
 *
 * Where no function is named, the last deployment is undone: those go back whose serving version is of it. One that it
 * did not change stays, for its version before may have the variables of long ago.
 *
 * @returns what moved; functions without an earlier version are left out
 * @throws DeployError where `to` names no version, or one that serves; ApiError at the first that fails
 */
export async function rollback(options: RollbackOptions & { readonly alias?: string }): Promise<RollbackResult[]> {
  const { target, to, only, onEvent, signal, alias = LIVE } = options;
  if (to !== undefined && only?.length !== 1)
    throw new DeployError('Deploy.Rollback', 'A version belongs to one function: name the function, too.');
  const client = new FunctionGraphClient(target, signal);
  const clock = target.clock ?? systemClock;
  const results: RollbackResult[] = [];
  const deployed = await deployedFunctions(client, options);
  for (const fn of only === undefined ? ofLastDeployment(deployed) : deployed) {
    const from = fn.live?.alias.version;
    const version = to === undefined ? versionBefore(fn) : namedVersion(fn, to);
    if (from === undefined || version === undefined) continue;
    const progress = new Progress(fn.key, clock, onEvent);
    const outcome = await progress.run(fn.name, async () => {
      progress.step('alias');
      const weighted = Object.keys(fn.live?.alias.additional_version_weights ?? {}).length > 0;
      await client.updateAlias(fn.urn, alias, { version, weighted });
      return version;
    });
    if (outcome.error) throw outcome.error;
    results.push({ key: fn.key, name: fn.name, from, to: version });
  }
  return results;
}

/** Versions that were published by hand tell of no deployment: where there are no others, all functions. */
function ofLastDeployment(functions: readonly DeployedFunction[]): readonly DeployedFunction[] {
  const deployment = ({ live }: DeployedFunction): string => deploymentOf(live?.alias.version ?? '') ?? '';
  const last = functions.map(deployment).sort().at(-1);
  return functions.filter((fn) => deployment(fn) === last);
}

/** The one published before the one that serves. */
function versionBefore({ versions, live }: DeployedFunction): string | undefined {
  const index = versions.findIndex(({ version }) => version === live?.alias.version);
  return index < 0 ? undefined : versions[index + 1]?.version;
}

function namedVersion({ key, versions, live }: DeployedFunction, to: string): string {
  const names = versions.map(({ version }) => version);
  if (!names.includes(to))
    throw new DeployError('Deploy.Rollback', `${key} has no version ${to}; it has ${names.join(', ') || 'none'}.`);
  if (live?.alias.version === to) throw new DeployError('Deploy.Rollback', `${key}: version ${to} serves already.`);
  return to;
}
