import { FunctionGraphClient } from './client/functiongraph.ts';
import type { WireTrigger } from './client/wire.ts';
import { readDescription } from './fingerprint.ts';
import { readVariables } from './plan/differences.ts';
import { labelOf } from './plan/trigger-work.ts';
import { type DeployedFunction, deployedFunctions } from './service.ts';
import type { DescribedFunction, DescribedTrigger, ServiceDescription, ServiceSelection } from './types.ts';

/**
 * Describes the deployed functions of a service and stage. No value of a variable is in it.
 *
 * @throws ApiError, CredentialsError
 */
export async function describeService(selection: ServiceSelection): Promise<ServiceDescription> {
  const { service, stage, target, signal } = selection;
  const functions = await deployedFunctions(new FunctionGraphClient(target, signal), selection);
  return { service, stage, region: target.region, functions: functions.map(described) };
}

function described({ key, name, urn, latest, versions, live }: DeployedFunction): DescribedFunction {
  const config = live?.config ?? latest;
  return {
    key,
    name,
    urn,
    runtime: config.runtime,
    memorySize: config.memory_size ?? 0,
    timeout: config.timeout ?? 0,
    description: readDescription(latest.description).text,
    version: live?.alias.version,
    versions: versions.map(({ version, last_modified }) => ({
      name: version,
      publishedAt: inUtc(last_modified),
    })),
    variables: Object.keys(readVariables(config.user_data) ?? {}).sort(),
    triggers: (live?.triggers ?? []).map(describedTrigger),
  };
}

function describedTrigger(trigger: WireTrigger): DescribedTrigger {
  const { invoke_url: url, schedule } = trigger.event_data;
  return {
    id: trigger.trigger_id,
    type: trigger.trigger_type_code,
    name: labelOf(trigger),
    status: trigger.trigger_status === '' ? 'ACTIVE' : trigger.trigger_status,
    ...(typeof url === 'string' && url !== '' ? { url } : {}),
    ...(typeof schedule === 'string' ? { schedule } : {}),
  };
}

/** The service answers in the time of its region, with the offset; a time of another form stays as it is. */
function inUtc(time: string): string | undefined {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time || undefined : new Date(ms).toISOString();
}
