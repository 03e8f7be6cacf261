import { randomUUID } from 'node:crypto';
import type { FunctionConfig } from '../../../serverless/config.ts';
import { given } from '../../records.ts';
import { checkZip } from '../code.ts';
import { measure } from './code-body.ts';
import { type ControlPlane, newRevision } from './control-plane.ts';
import type { AsyncSettings, Settings, StoredFunction } from './model.ts';

/**
 * Puts a function into service without the API and its rules; a new one lives in memory only.
 * @param key what its log lines are called
 */
export async function deployDirectly(
  plane: ControlPlane,
  key: string,
  config: FunctionConfig,
  zip: Uint8Array,
): Promise<void> {
  checkZip(zip);
  const code = { ...measure(zip), type: 'zip' as const, filename: 'index.zip' };
  const named = { name: config.name, package: 'default' };
  const known = plane.list().find((fn) => fn.name === config.name);
  const renamed = plane.list().find((fn) => fn.label === key && fn.name !== config.name);
  await plane.store.putCode(code.digest, zip, { ephemeral: known === undefined || known.ephemeral === true });
  try {
    await plane.put(named, (current) => {
      const now = plane.now();
      const fn: StoredFunction = current ?? {
        format: 1,
        ...named,
        id: randomUUID().replaceAll('-', ''),
        ephemeral: true,
        created: now,
        latest: latestOf(config, code, now),
        versions: [],
        aliases: [],
        asyncSettings: {},
      };
      return {
        ...fn,
        label: key,
        latest: latestOf(config, code, now),
        asyncSettings: { ...fn.asyncSettings, latest: asyncSettingsOf(config, now) },
      };
    });
  } finally {
    plane.store.release(code.digest);
  }
  if (renamed) await plane.remove(renamed);
}

function latestOf(
  config: FunctionConfig,
  code: StoredFunction['latest']['code'],
  now: number,
): StoredFunction['latest'] {
  return {
    name: 'latest',
    settings: settingsOf(config),
    code,
    instances: config.concurrency ?? -1,
    ...(config.logs ? { logs: config.logs } : {}),
    modified: now,
    revision: newRevision(),
  };
}

function settingsOf(config: FunctionConfig): Settings {
  const { runtime, handler, memorySize, timeout, description = '', initializer, initializerTimeout } = config;
  const { environment: userData, encryptedEnvironment: encryptedUserData } = config;
  const { agency: xrole, executionAgency: appXrole } = config;
  return {
    runtime,
    handler,
    memorySize,
    timeout,
    description,
    ...given({ initializer, initializerTimeout, xrole, appXrole }),
    userData,
    encryptedUserData,
    others: {},
  };
}

function asyncSettingsOf(
  { async: { maxRetries, maxEventAge, onFailure, statusLog } }: FunctionConfig,
  now: number,
): AsyncSettings {
  const given = { ...(onFailure ? { onFailure } : {}), ...(statusLog === undefined ? {} : { statusLog }) };
  return { maxRetries, maxEventAge, ...given, created: now, modified: now };
}
