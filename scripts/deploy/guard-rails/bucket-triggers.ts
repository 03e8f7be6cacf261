import { OBS_BUCKET_NAME } from '#shared/config/names.ts';
import type { EventGridEvent, FunctionConfig, ObsEvent } from '../../serverless/config.ts';
import { DEPLOY_LIMITS } from './limits.ts';

/** Exact spellings: a subscription compares them with the type of an event. */
const EVENT_TYPES = [
  'OBS:DWR:ObjectCreated:PUT',
  'OBS:DWR:ObjectCreated:POST',
  'OBS:DWR:ObjectCreated:COPY',
  'OBS:DWR:ObjectCreated:CompleteMultipartUpload',
  'OBS:DWR:ObjectRemoved:Delete',
  'OBS:DWR:ObjectRemoved:DeleteMarkerCreated',
];
/** Event types of OBS, by the name that stands for all of them. functiongraph_06_0122 */
const OBS_EVENTS: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  ObjectRemoved: ['Delete', 'DeleteMarkerCreated'],
};

/** Triggers by a bucket: through EventGrid, or native. */
export function bucketTriggerProblems(field: string, fn: FunctionConfig, region: string): string[] {
  const seen: { readonly identity: string; readonly events: readonly string[] }[] = [];
  return fn.events.flatMap((event, index) => {
    if (!('eventgrid' in event) && !('obs' in event)) return [];
    const kind = 'eventgrid' in event ? 'eventgrid' : 'obs';
    const place = `${field}.events[${index}].${kind}`;
    const trigger = 'eventgrid' in event ? event.eventgrid : event.obs;
    const { bucket, prefix = '', suffix = '' } = trigger;
    const identity = JSON.stringify([kind, bucket, prefix, suffix]);
    const events = 'eventgrid' in event ? event.eventgrid.eventTypes : event.obs.events.flatMap(obsEvents);
    const twice = seen.some((one) => one.identity === identity && one.events.some((name) => events.includes(name)));
    seen.push({ identity, events });
    const problems = [
      ...commonProblems(place, trigger),
      ...(twice ? [`${place}: the function has this trigger twice, and every upload would reach it twice`] : []),
      ...('eventgrid' in event ? eventGridProblems(place, event.eventgrid, fn) : obsProblems(place, event.obs, region)),
    ];
    return problems;
  });
}

function commonProblems(place: string, { bucket, prefix = '', suffix = '' }: EventGridEvent | ObsEvent): string[] {
  const problems: string[] = [];
  // Empty where the environment names none: a deployment says so.
  if (bucket !== '' && !OBS_BUCKET_NAME.test(bucket))
    problems.push(`${place}.bucket is ${JSON.stringify(bucket)}, which is no name of a bucket`);
  for (const [name, affix] of [
    ['prefix', prefix],
    ['suffix', suffix],
  ] as const)
    if (affix.length > DEPLOY_LIMITS.affix)
      problems.push(`${place}.${name} has ${affix.length} characters, of ${DEPLOY_LIMITS.affix} at most`);
  return problems;
}

function eventGridProblems(place: string, event: EventGridEvent, { environment }: FunctionConfig): string[] {
  const problems = listProblems(
    `${place}.eventTypes`,
    event.eventTypes,
    (type) => EVENT_TYPES.includes(type),
    EVENT_TYPES,
  );
  // Who decodes what was not encoded reads another name: `a+b` becomes `a b`.
  const encoding = environment['EVENTGRID_KEY_ENCODING'];
  const wanted = event.keyEncode ? 'form' : 'raw';
  if (encoding && encoding !== wanted)
    problems.push(
      `${place}.keyEncode is ${event.keyEncode}, but the function's EVENTGRID_KEY_ENCODING is not ${wanted}: it would read other object names`,
    );
  return problems;
}

function obsProblems(place: string, event: ObsEvent, region: string): string[] {
  const known = Object.keys(OBS_EVENTS);
  const problems = listProblems(`${place}.events`, event.events, (name) => obsEvents(name).length > 0, known);
  const single = event.events.flatMap(obsEvents);
  if (new Set(single).size < single.length)
    problems.push(`${place}.events names an event twice: ObjectCreated, for example, stands for Put, too`);
  // CreateTrigger: "not supported on the China site".
  if (region.startsWith('cn-'))
    problems.push(`${place}: ${region} has no native OBS trigger (FSS.1101): use eventgrid`);
  return problems;
}

function listProblems(
  place: string,
  items: readonly string[],
  isKnown: (item: string) => boolean,
  known: readonly string[],
): string[] {
  if (items.length === 0) return [`${place} is empty: it would never be triggered`];
  const wrong = items.filter((item) => !isKnown(item));
  return [
    ...wrong.map((item) => `${place}: there is no event ${JSON.stringify(item)}; there are ${known.join(', ')}`),
    ...(new Set(items).size < items.length ? [`${place} names an event twice`] : []),
  ];
}

/** `Put`, … of `ObjectCreated`, `ObjectCreated:Put`, `s3:ObjectCreated:*` or `Put`; empty where there is no such event. */
function obsEvents(name: string): readonly string[] {
  const text = name.replace(/^s3:/, '');
  const [group = '', action] = text.split(':');
  if (!Object.hasOwn(OBS_EVENTS, group))
    return Object.values(OBS_EVENTS)
      .flat()
      .filter((one) => one === text);
  const names = OBS_EVENTS[group] ?? [];
  return action === undefined || action === '*' ? names : names.filter((one) => one === action);
}
