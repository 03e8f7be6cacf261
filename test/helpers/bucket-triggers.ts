import type { BucketTrigger } from '../../scripts/local/obs/server.ts';
import type { ServerlessConfig } from '../../scripts/serverless/config.ts';

/** The bucket triggers that serverless.yml declares. */
export function triggersOf(config: ServerlessConfig): BucketTrigger[] {
  return Object.entries(config.functions).flatMap(([key, fn]) =>
    fn.events.flatMap((event, index): BucketTrigger[] => {
      const id = `${key}-${index}`;
      if ('eventgrid' in event) {
        const { bucket, prefix, suffix, eventTypes, keyEncode } = event.eventgrid;
        return [
          {
            id,
            type: 'EVENTGRID',
            bucket,
            ...optional({ prefix, suffix }),
            events: eventTypes,
            keyEncode,
            target: key,
          },
        ];
      }
      if ('obs' in event) {
        const { bucket, prefix, suffix, events } = event.obs;
        return [{ id, type: 'OBS', bucket, ...optional({ prefix, suffix }), events, target: key }];
      }
      return [];
    }),
  );
}

/** The fields that are set. */
function optional(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
