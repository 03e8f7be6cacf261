import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, type ServerlessConfig } from '../../serverless/config.ts';
import { FunctionGraphClient } from '../client/functiongraph.ts';
import { type DesiredFunction, desiredFunction } from '../desired/function.ts';
import { AbortedError, ConfigurationError, DeployError } from '../errors.ts';
import { ownerOf, readDescription } from '../fingerprint.ts';
import { checkService } from '../guard-rails/check-service.ts';
import { openRoutes } from '../guard-rails/deployable.ts';
import { DEPLOY_LIMITS } from '../guard-rails/limits.ts';
import { functionName, functionUrn, LIVE } from '../naming.ts';
import type { DeployPlan, DeployTarget, PlannedTrigger, PlanOptions } from '../types.ts';
import { readFunction } from './actual.ts';
import { functionWork, goingTrigger } from './function-work.ts';
import { forEachLimited } from './limited.ts';
import { labelOf } from './trigger-work.ts';
import { attachWork, type FunctionWork, type Orphan } from './work.ts';

/** Functions that are read at a time. */
const READERS = 6;

/**
 * Finds out what it takes to bring a project to what serverless.yml says. Sends nothing but reads.
 *
 * @param options.target undefined: against an empty project, a plan that cannot be applied
 * @throws ConfigurationError before anything is sent, where serverless.yml asks for what the platform does not do
 * @throws ApiError, AbortedError, CredentialsError
 */
export async function planDeployment(options: PlanOptions): Promise<DeployPlan> {
  const { config, target, only, signal } = options;
  const keys = selectedKeys(config, only);
  const problems = checkService(config);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const desired = await readDesired(config, keys, target ?? nowhere(config), options.root ?? ROOT);
  if (signal?.aborted) throw new AbortedError();

  const alias = config.alias ?? LIVE;
  const client = target && new FunctionGraphClient(target, signal);
  const functions: FunctionWork[] = [];
  await forEachLimited(desired, READERS, async (one, index) => {
    const actual = client && (await readFunction(client, one.urn, alias));
    functions[index] = await functionWork(one, actual);
  });
  const orphans = client && target && !only ? await readOrphans(client, target, config, options.prune === true) : [];
  const plan: DeployPlan = {
    service: config.service,
    stage: config.stage,
    region: config.region,
    warnings: openRoutes(config.functions, keys),
    functions: [...functions, ...orphans].map(({ planned }) => planned),
  };
  return target ? attachWork(plan, { alias, keepVersions: config.keepVersions, functions, orphans }) : plan;
}

function selectedKeys(config: ServerlessConfig, only: readonly string[] | undefined): string[] {
  const all = Object.keys(config.functions);
  const unknown = (only ?? []).filter((key) => !Object.hasOwn(config.functions, key));
  if (unknown.length > 0)
    throw new DeployError(
      'Deploy.UnknownFunction',
      `serverless.yml has no function ${unknown.join(', ')}; it has ${all.join(', ')}`,
    );
  return only ? all.filter((key) => only.includes(key)) : all;
}

/** A target for a plan that is only looked at. */
function nowhere({ region }: ServerlessConfig): DeployTarget {
  const nobody = { accessKey: '-', secretKey: '-' };
  return { endpoint: 'https://localhost', region, projectId: '-', credentials: () => nobody };
}

/** @throws ConfigurationError with every zip that is missing or too large */
async function readDesired(
  config: ServerlessConfig,
  keys: readonly string[],
  target: DeployTarget,
  root: string,
): Promise<DesiredFunction[]> {
  const problems: string[] = [];
  const desired: DesiredFunction[] = [];
  for (const key of keys) {
    const fn = config.functions[key];
    if (!fn) continue;
    const { artifact } = fn.package;
    const field = `functions.${key}.package.artifact`;
    const zip = await readFile(join(root, artifact)).catch(() => undefined);
    if (!zip) problems.push(`${field}: there is no file ${artifact}; build it first (npm run build)`);
    else if (zip.length > DEPLOY_LIMITS.zipBytes)
      problems.push(`${field}: ${artifact} has ${zip.length} bytes, the API takes ${DEPLOY_LIMITS.zipBytes} at most`);
    else if (zip.length < SMALLEST_ZIP || zip.readUInt32BE(0) !== ZIP)
      problems.push(`${field}: ${artifact} is not a zip`);
    else desired.push(desiredFunction(config, key, fn, target, zip));
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return desired;
}

/** Bytes of the record at a zip's end, and the first four of one that holds anything. */
const SMALLEST_ZIP = 22;
const ZIP = 0x504b0304;

/**
 * Functions of this service and stage that serverless.yml does not have. They are told by the mark in their description:
 * by name alone, `oms-sync-dev-2-redrive` of the stage `dev-2` would be one of the stage `dev`.
 */
async function readOrphans(
  client: FunctionGraphClient,
  target: DeployTarget,
  config: ServerlessConfig,
  prune: boolean,
): Promise<Orphan[]> {
  const prefix = functionName(config.service, config.stage, '');
  const candidates = (await client.listFunctions())
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => ({ name, key: name.slice(prefix.length) }))
    .filter(({ key }) => !Object.hasOwn(config.functions, key));
  const orphans: Orphan[] = [];
  await forEachLimited(candidates, READERS, async ({ name, key }) => {
    const urn = functionUrn(target, name);
    const actual = await readFunction(client, urn, config.alias ?? LIVE);
    if (!actual || readDescription(actual.latest.description).owner !== ownerOf(config)) return;
    const triggers = (actual.live?.triggers ?? []).map(
      (one): PlannedTrigger =>
        prune
          ? goingTrigger(one)
          : { type: one.trigger_type_code, name: labelOf(one), action: 'unchanged', changes: [] },
    );
    const action = prune ? ('delete' as const) : ('orphan' as const);
    orphans.push({ urn, live: actual.live, planned: { key, name, action, code: false, changes: [], triggers } });
  });
  return orphans.sort((one, other) => (one.planned.name < other.planned.name ? -1 : 1));
}
