import type { FunctionGraphClient } from './client/functiongraph.ts';
import { DeployError } from './errors.ts';
import { ownerOf, readDescription } from './fingerprint.ts';
import { functionName, functionUrn, LIVE } from './naming.ts';
import { type ActualFunction, readFunction } from './plan/actual.ts';
import { forEachLimited } from './plan/limited.ts';
import type { ServiceSelection } from './types.ts';

export interface DeployedFunction extends ActualFunction {
  readonly key: string;
  readonly name: string;
}

/** Functions that are read at a time. */
const READERS = 6;

/**
 * The functions of a service and stage that are in the project, by name. They are told by the mark in their description:
 * by name alone, a function of the stage `dev-2` would be one of the stage `dev`.
 *
 * @throws DeployError where one of `only` is not there
 */
export async function deployedFunctions(
  client: FunctionGraphClient,
  selection: ServiceSelection,
): Promise<DeployedFunction[]> {
  const { service, stage, target, only, alias = LIVE } = selection;
  const prefix = functionName(service, stage, '');
  const names = only
    ? only.map((key) => `${prefix}${key}`)
    : (await client.listFunctions()).map(({ name }) => name).filter((name) => name.startsWith(prefix));
  const found: DeployedFunction[] = [];
  await forEachLimited(names, READERS, async (name) => {
    const actual = await readFunction(client, functionUrn(target, name), alias);
    if (actual && readDescription(actual.latest.description).owner === ownerOf(selection))
      found.push({ ...actual, name, key: name.slice(prefix.length) });
  });
  const missing = (only ?? []).filter((key) => !found.some((one) => one.key === key));
  if (missing.length > 0)
    throw new DeployError(
      'Deploy.UnknownFunction',
      `No function ${missing.join(', ')} of ${service}, stage ${stage}, is deployed.`,
    );
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}
