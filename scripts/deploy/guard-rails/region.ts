import { REGION_NAME } from '#shared/config/names.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';

/**
 * Where OMS takes sync events.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
const SYNC_EVENTS = ['cn-north-4', 'cn-east-3', 'cn-southwest-2'];

/** Regions that are none, and regions in which OMS takes no sync events. */
export function regionProblems({ region, functions }: ServerlessConfig): string[] {
  if (!REGION_NAME.test(region)) return ['provider.region is not the name of a region, as in cn-north-4'];
  // OMS with an address of its own may be anywhere.
  const omsRegions = Object.values(functions)
    .filter(({ environment }) => !environment['OMS_ENDPOINT'])
    .flatMap(({ environment }) => environment['OMS_REGION'] || []);
  return [...new Set(omsRegions)]
    .filter((name) => !SYNC_EVENTS.includes(name))
    .map(
      (name) =>
        `environment.OMS_REGION is ${name}, where OMS takes no sync events: ` +
        `it does in ${SYNC_EVENTS.slice(0, -1).join(', ')} and ${SYNC_EVENTS.at(-1)}, so deploy there (--region)`,
    );
}
