import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResult } from '../../deploy/result.ts';
import { Accounts } from '../../local/accounts.ts';
import { startFunctionGraph } from '../../local/functiongraph/server.ts';
import { type FunctionConfig, ROOT } from '../../serverless/config.ts';
import { type Environment, isSet } from '../command.ts';
import { requiredFunctionOf, serviceCommand } from '../service-command.ts';
import { noLocalCloud } from '../stage.ts';
import { readEvent } from './event.ts';
import { sayResult } from './result.ts';

/** Runs a bundle as the platform would, in a host of its own that ends with the call. */
export const run = serviceCommand({ writes: false, bundles: true }, async (context) => {
  const { config, env, built } = context;
  const key = requiredFunctionOf(context);
  const event = await readEvent(context);
  if (context.nothingRuns) throw noLocalCloud();
  const fn = config.functions[key] as FunctionConfig;
  await built;
  const dataDir = await mkdtemp(join(tmpdir(), 'oms-sync-invoke-'));
  const host = await startFunctionGraph({
    dataDir,
    port: 0,
    gatewayPort: 0,
    region: config.region,
    projectId: env['HUAWEICLOUD_SDK_PROJECT_ID'] || env['OMS_SYNC_PROJECT_ID'] || 'local',
    accounts: new OwnKeys(env),
    appCode: '',
    // Only the cloud itself writes to a failure destination.
    objectStore: env['OMS_SYNC_STATE_ENDPOINT'] || 'http://127.0.0.1:9',
    log: ({ text }) => {
      if (isSet(context, 'log')) context.note(text.trimEnd());
    },
  });
  try {
    await host.deploy(key, { ...withKeys(fn, env), events: [] }, await readFile(join(ROOT, fn.package.artifact)));
    const result = await host.invoke(key, event);
    if (result.outcome === 'accepted') throw new Error('a synchronous call was queued');
    const { outcome, payload, duration, requestId } = result;
    const { result: value, failed } = readResult(payload);
    if (context.json) context.print({ outcome, requestId, duration, result: value });
    else sayResult(context, value);
    return outcome === 'success' && !failed ? 0 : 1;
  } finally {
    await host.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Temporary keys of the environment, in place of an agency's credentials. */
class OwnKeys extends Accounts {
  readonly #env: Environment;

  constructor(env: Environment) {
    super([]);
    this.#env = env;
  }

  override issueTemporary(ttl = 24 * 3600_000) {
    const { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey } = this.#env;
    const token = this.#env['HUAWEICLOUD_SDK_SECURITY_TOKEN'];
    // The platform answers empty texts where a function has no agency.
    const known = accessKey && secretKey && token;
    return {
      accessKey: known ? accessKey : '',
      secretKey: known ? secretKey : '',
      securityToken: known ? token : '',
      expiresAt: Date.now() + ttl,
    };
  }
}

/** Permanent keys of the environment reach the function as they would on the platform: as encrypted variables. */
function withKeys(fn: FunctionConfig, env: Environment): FunctionConfig {
  const { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey } = env;
  if (!accessKey || !secretKey || env['HUAWEICLOUD_SDK_SECURITY_TOKEN']) return fn;
  return {
    ...fn,
    encryptedEnvironment: { OMS_ACCESS_KEY: accessKey, OMS_SECRET_KEY: secretKey, ...fn.encryptedEnvironment },
  };
}
