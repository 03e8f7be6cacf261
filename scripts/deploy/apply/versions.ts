import type { FunctionGraphClient } from '../client/functiongraph.ts';
import { codeBody } from '../desired/function.ts';
import { DeployError } from '../errors.ts';
import { markedDescription, readVersionName, versionName } from '../fingerprint.ts';
import type { FunctionWork } from '../plan/work.ts';
import { withZipComment } from './zip-comment.ts';

export interface VersionContext {
  readonly client: FunctionGraphClient;
  readonly keepVersions: number;
  readonly now: () => number;
  /** Milliseconds since the epoch at which the deployment began. */
  readonly deployed: number;
  readonly step: (step: string) => void;
}

/**
 * Finds or publishes the version that has the wanted code and configuration, which were sent before.
 *
 * @returns its name
 * @throws DeployError where the service does not publish it
 */
export async function wantedVersion(work: FunctionWork, context: VersionContext): Promise<string> {
  const { client, step, now, deployed } = context;
  const { urn, code } = work.desired;
  const published = publishedBefore(work);
  if (published !== undefined) return published;

  if (work.actual) await pruneVersions(urn, context);
  step('version');
  const { owner, config } = work.desired;
  // The fingerprint tells a rollback whether encrypted variables differ.
  const description = markedDescription(config.description ?? '', owner, work.fingerprint);
  const first = await client.publishVersion(urn, versionName(deployed, work.hashes), description);
  if (first !== undefined) return first;
  // "No changes have been made since last publication", by which it may mean the code alone: then it gets other bytes
  // with the same content. The version is told by its name, so nothing compares these bytes with the file again.
  step('code');
  await client.updateCode(urn, codeBody(withZipComment(code.zip, `oms-sync ${now()} ${work.hashes.content}`)));
  step('version');
  const second = await client.publishVersion(urn, versionName(deployed, work.hashes), description);
  if (second !== undefined) return second;
  throw new DeployError(
    'Deploy.NotPublished',
    `${work.desired.name}: the service says that nothing has changed since the last version, but none has this content. Delete the newest version, and deploy again.`,
  );
}

/** A deployment that was interrupted may have come this far. A newer version of another content is in the way. */
function publishedBefore({ actual, hashes, drifted }: FunctionWork): string | undefined {
  const newest = actual?.versions[0]?.version;
  if (newest === undefined || readVersionName(newest)?.content !== hashes.content) return undefined;
  // Somebody changed its settings by hand.
  if (drifted && newest === actual?.live?.alias.version) return undefined;
  return newest;
}

/**
 * Makes room for a new version: keeps so many, and every one that has an alias. Before the new one is published, for
 * there may be 20 at most.
 */
async function pruneVersions(urn: string, { client, keepVersions, step }: VersionContext): Promise<void> {
  // Read now: with a version, its aliases and their triggers go, also one that was made a minute ago.
  const versions = await client.listVersions(urn);
  const old = versions.slice(keepVersions).map(({ version }) => version);
  if (old.length === 0) return;
  const aliases = await client.listAliases(urn);
  const named = new Set(
    aliases.flatMap((alias) => [alias.version, ...Object.keys(alias.additional_version_weights ?? {})]),
  );
  for (const version of old) {
    if (named.has(version)) continue;
    step(`delete version ${version}`);
    await client.deleteVersion(urn, version);
  }
}
