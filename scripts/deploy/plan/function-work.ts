import type { WireTrigger } from '../client/wire.ts';
import { type DesiredFunction, versionHashes } from '../desired/function.ts';
import { isFingerprintOf, readDescription, readVersionName, secretsFingerprint } from '../fingerprint.ts';
import type { PlannedFunction, PlannedTrigger } from '../types.ts';
import type { ActualFunction, LiveVersion } from './actual.ts';
import { asyncDifferences, configDifferences } from './differences.ts';
import { labelOf, type TriggerWork, triggerWork } from './trigger-work.ts';
import type { FunctionWork } from './work.ts';

/** Compares a function with what it is to be. */
export async function functionWork(
  desired: DesiredFunction,
  actual: ActualFunction | undefined,
): Promise<FunctionWork> {
  const described = readDescription(actual?.latest.description ?? '');
  const sameSecrets =
    described.owner === desired.owner && (await isFingerprintOf(described.fingerprint, desired.encrypted));
  const fingerprint = sameSecrets ? described.fingerprint : await secretsFingerprint(desired.encrypted);
  const hashes = versionHashes(desired, fingerprint);
  const live = actual?.live;

  const latestDifferences = actual ? configDifferences(desired, actual.latest, 'latest') : [];
  const sameDescription = described.owner === desired.owner && described.text === (desired.config.description ?? '');
  if (actual && !sameDescription) latestDifferences.push('description');
  if (actual && !sameSecrets) latestDifferences.push('encryptedEnvironment');
  const seen = live?.config ? configDifferences(desired, live.config, 'published') : [];
  const serving = servingDifferences(desired, live, hashes, { seen, latest: latestDifferences });

  const { same: sameTriggerSecrets, fingerprint: triggerFingerprint } = await triggerSecrets(desired, live);
  const triggers = triggerWork(desired.triggers, live?.triggers ?? [], !sameTriggerSecrets);
  const asyncChanges = asyncDifferences(desired, live?.asyncConfig);
  const sendCode = actual !== undefined && !isLatestCode(desired, actual, hashes.code);
  const changes = actual ? [...serving, ...(live ? asyncChanges : [])] : [];
  const unchanged =
    actual !== undefined &&
    changes.length === 0 &&
    sameTriggerSecrets &&
    triggers.every(({ action }) => action === 'unchanged');
  const planned: PlannedFunction = {
    key: desired.key,
    name: desired.name,
    action: actual === undefined ? 'create' : unchanged ? 'unchanged' : 'update',
    code: actual === undefined || (serving.length > 0 && sendCode),
    changes,
    triggers: triggers.map(plannedTrigger),
  };
  return {
    planned,
    desired,
    actual,
    fingerprint,
    hashes,
    serves: actual !== undefined && serving.length === 0,
    drifted: seen.length > 0,
    sendCode,
    sendConfig: latestDifferences.length > 0,
    sendAsync: asyncChanges.length > 0,
    triggers,
    triggerFingerprint,
  };
}

/**
 * Differences of the serving version. Its name says what it was published from, encrypted
 * variables included; its settings are compared all the same, for a version's settings can be changed by hand.
 */
function servingDifferences(
  { code }: DesiredFunction,
  live: LiveVersion | undefined,
  hashes: FunctionWork['hashes'],
  { seen, latest }: { readonly seen: readonly string[]; readonly latest: readonly string[] },
): string[] {
  if (!live?.config) return ['version'];
  const published = readVersionName(live.alias.version);
  const sameCode = published ? published.code === hashes.code : live.config.digest.toLowerCase() === code.sha512;
  const differences = [...(sameCode ? [] : ['code']), ...seen];
  if (Object.values(live.alias.additional_version_weights ?? {}).some((weight) => weight > 0))
    differences.push('weights');
  if (published?.content === hashes.content) return differences;
  // Description and encrypted variables cannot be read of a version, only of what was sent last.
  differences.push(...latest.filter((field) => field === 'description' || field === 'encryptedEnvironment'));
  return differences.length > 0 ? differences : ['version'];
}

/**
 * Whether the code that was sent last is the wanted one: by its digest, which the vendor calls a SHA-512, or because a
 * version that we published from this code has the same digest, whatever it is a digest of.
 */
function isLatestCode({ code }: DesiredFunction, { latest, versions }: ActualFunction, hash: string): boolean {
  if (latest.digest === '') return false;
  if (latest.digest.toLowerCase() === code.sha512) return true;
  return versions.some(({ version, digest }) => digest === latest.digest && readVersionName(version)?.code === hash);
}

async function triggerSecrets(
  desired: DesiredFunction,
  live: LiveVersion | undefined,
): Promise<{ readonly same: boolean; readonly fingerprint: string | undefined }> {
  const { fingerprint } = readDescription(live?.alias.description ?? '');
  // A mark that is left over from a trigger that is gone does no harm.
  if (Object.keys(desired.triggerSecrets).length === 0) return { same: true, fingerprint: undefined };
  if (await isFingerprintOf(fingerprint, desired.triggerSecrets)) return { same: true, fingerprint: undefined };
  return { same: false, fingerprint: await secretsFingerprint(desired.triggerSecrets) };
}

function plannedTrigger(work: TriggerWork): PlannedTrigger {
  if (work.action === 'delete') return goingTrigger(work.actual);
  const { type, label, gap } = work.desired;
  const common = { type, name: label, action: work.action };
  if (work.action === 'update') return { ...common, changes: ['enabled'] };
  if (work.action !== 'replace') return { ...common, changes: [] };
  const { changes, actual } = work;
  return { ...common, changes, ...(gap === undefined ? {} : { gap }), ...leftBy(actual) };
}

/** A trigger that is to be deleted. */
export function goingTrigger(trigger: WireTrigger): PlannedTrigger {
  const { trigger_type_code: type } = trigger;
  return { type, name: labelOf(trigger), action: 'delete', changes: [], ...leftBy(trigger) };
}

/** A subscription of EventGrid has the id of its trigger, and outlives it. */
function leftBy({ trigger_type_code: type, trigger_id: id }: WireTrigger): { readonly leaves?: string } {
  return type === 'EVENTGRID' ? { leaves: id } : {};
}
