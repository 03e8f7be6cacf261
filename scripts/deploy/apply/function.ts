import type { FunctionGraphClient } from '../client/functiongraph.ts';
import { codeBody, confidential, createFunctionBody, updateConfigBody } from '../desired/function.ts';
import { MalformedAnswerError } from '../errors.ts';
import { markedDescription, readDescription } from '../fingerprint.ts';
import { versionUrn } from '../naming.ts';
import type { FunctionWork } from '../plan/work.ts';
import type { ForeignTrigger } from './trigger-context.ts';
import { applyTriggers } from './triggers.ts';
import { wantedVersion } from './versions.ts';

export interface ApplyContext {
  readonly client: FunctionGraphClient;
  /** Does not stop. */
  readonly steady: FunctionGraphClient;
  /** Name of the alias that serves. */
  readonly alias: string;
  readonly keepVersions: number;
  readonly foreign: ReadonlyMap<string, ForeignTrigger>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** The command that goes on with what is left half done, for a function. */
  readonly repair: (key: string) => string;
  /** Milliseconds since the epoch at which the deployment began. */
  readonly deployed: number;
}

/**
 * Brings one function to its desired state. Until the alias moves, what serves is untouched; every call may be the last
 * one, and the next deployment goes on from there.
 *
 * @param step told before each change
 * @returns the version that serves
 */
export async function applyFunction(
  work: FunctionWork,
  context: ApplyContext,
  step: (step: string) => void,
): Promise<string | undefined> {
  const { client, alias: aliasName } = context;
  const { desired, actual } = work;
  let alias = actual?.live?.alias;
  if (!work.serves) {
    await send(work, client, step);
    const version = await wantedVersion(work, { ...context, step });
    // The version has asynchronous settings from its first event on; those of the alias, below, win.
    step('async');
    await client.updateAsyncConfig(versionUrn(desired.urn, version), desired.asyncBody);
    step('alias');
    if (alias) {
      const weighted = Object.keys(alias.additional_version_weights ?? {}).length > 0;
      const { description } = alias;
      await client.updateAlias(desired.urn, aliasName, { version, weighted, ...(description ? { description } : {}) });
      alias = { ...alias, version };
    } else {
      await client.createAlias(desired.urn, aliasName, version);
      alias = (await client.listAliases(desired.urn)).find(({ name }) => name === aliasName);
      if (!alias) {
        const failure = { operation: 'ListVersionAliases', status: 200, requestId: undefined };
        throw new MalformedAnswerError(failure, `does not hold the alias ${aliasName}, which was just created`);
      }
    }
  }
  if (!alias) return undefined;
  if (work.sendAsync) {
    step('async');
    await client.updateAsyncConfig(alias.alias_urn, desired.asyncBody);
  }
  if (work.triggerFingerprint !== undefined && readDescription(alias.description).fingerprint !== undefined) {
    // Interrupted from here on, nobody knows which passwords the triggers have: those that were there before included.
    step('alias');
    const description = markedDescription('', desired.owner, undefined);
    await client.updateAlias(desired.urn, aliasName, { version: alias.version, description });
  }
  const { secrets } = confidential(desired);
  await applyTriggers(work, alias.alias_urn, { ...context, repair: context.repair(desired.key), secrets, step });
  if (work.triggerFingerprint !== undefined) {
    // Last: until then, the next deployment takes the triggers with passwords for changed.
    step('alias');
    const description = markedDescription('', desired.owner, work.triggerFingerprint);
    await client.updateAlias(desired.urn, aliasName, { version: alias.version, description });
  }
  return alias.version;
}

async function send(work: FunctionWork, client: FunctionGraphClient, step: (step: string) => void): Promise<void> {
  const { desired, fingerprint } = work;
  const secrets = confidential(desired);
  if (!work.actual) {
    step('create');
    await client.createFunction(createFunctionBody(desired, fingerprint), secrets);
    // CreateFunction takes no number of instances.
    if (desired.config.concurrency === undefined) return;
    step('configuration');
    await client.updateConfig(desired.urn, updateConfigBody(desired, fingerprint), secrets);
    return;
  }
  if (work.sendCode) {
    step('code');
    await client.updateCode(desired.urn, codeBody(desired.code.zip));
  }
  if (work.sendConfig) {
    step('configuration');
    await client.updateConfig(desired.urn, updateConfigBody(desired, fingerprint), secrets);
  }
}
