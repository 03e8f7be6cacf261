import type { FunctionGraphClient } from '../client/functiongraph.ts';
import type { WireAlias, WireAsyncConfig, WireConfig, WireTrigger, WireVersion } from '../client/wire.ts';
import { versionUrn } from '../naming.ts';

/** The serving version: the alias, and what it leads to. */
export interface LiveVersion {
  readonly alias: WireAlias;
  /** Settings of the version that the alias names; undefined where that is gone. */
  readonly config: WireConfig | undefined;
  /** Asynchronous settings of the alias. */
  readonly asyncConfig: WireAsyncConfig | undefined;
  readonly triggers: readonly WireTrigger[];
}

/** A function as it is in the project. */
export interface ActualFunction {
  readonly urn: string;
  /** The settings that were sent last, published or not. */
  readonly latest: WireConfig;
  /** Newest first. */
  readonly versions: readonly WireVersion[];
  readonly live: LiveVersion | undefined;
}

/**
 * Reads a function. Never from a file of ours: what a deployment relies on is what is there.
 *
 * @returns undefined where there is none
 */
export async function readFunction(
  client: FunctionGraphClient,
  urn: string,
  aliasName: string,
): Promise<ActualFunction | undefined> {
  const latest = await client.showConfig(urn);
  if (!latest) return undefined;
  const [versions, aliases] = await Promise.all([client.listVersions(urn), client.listAliases(urn)]);
  const alias = aliases.find(({ name }) => name === aliasName);
  return { urn, latest, versions, live: alias && (await readLive(client, urn, alias)) };
}

async function readLive(client: FunctionGraphClient, urn: string, alias: WireAlias): Promise<LiveVersion> {
  const [config, asyncConfig, triggers] = await Promise.all([
    client.showConfig(versionUrn(urn, alias.version)),
    client.showAsyncConfig(alias.alias_urn),
    client.listTriggers(alias.alias_urn),
  ]);
  return { alias, config, asyncConfig, triggers };
}
