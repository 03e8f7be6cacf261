import type { FunctionConfig, KafkaEvent } from '../../serverless/config.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { rangeProblem } from './range.ts';

const TOPIC = /^urn:smn:([a-z0-9-]+):[^:]+:[^:]+$/;

/** Triggers by Kafka and by SMN. */
export function queueProblems(field: string, fn: FunctionConfig, region: string): string[] {
  const seen = new Set<string>();
  return fn.events.flatMap((event, index) => {
    const place = `${field}.events[${index}]`;
    if ('kafka' in event) {
      const { instanceId } = event.kafka;
      const twice = seen.has(instanceId)
        ? [`${place}.kafka: the function has a trigger of ${instanceId} already; list all topics in one`]
        : [];
      seen.add(instanceId);
      return [...kafkaProblems(`${place}.kafka`, event.kafka, fn), ...twice];
    }
    if (!('smn' in event)) return [];
    const { topicUrn } = event.smn;
    const twice = seen.has(topicUrn) ? [`${place}.smn: the function has this trigger twice (FSS.1141)`] : [];
    seen.add(topicUrn);
    return [...smnProblems(`${place}.smn`, topicUrn, region), ...twice];
  });
}

function kafkaProblems(place: string, event: KafkaEvent, { vpc }: FunctionConfig): string[] {
  const problems: string[] = [];
  if (event.instanceId === '') problems.push(`${place}.instanceId is empty: it is the id of the Kafka instance`);
  if (event.topicIds.length === 0) problems.push(`${place}.topicIds is empty: it would never be triggered`);
  const batch =
    event.batchSize === undefined ? undefined : rangeProblem(event.batchSize, DEPLOY_LIMITS.kafkaBatch, 'records');
  if (batch) problems.push(`${place}.batchSize ${batch}`);
  if ((event.user ?? '') === '' ? (event.password ?? '') !== '' : (event.password ?? '') === '')
    problems.push(`${place}: user and password belong together (FSS.1113)`);
  if (!vpc) problems.push(`${place} needs the function's vpc: Kafka is reached in its network alone`);
  return problems;
}

function smnProblems(place: string, topicUrn: string, region: string): string[] {
  const [, topicRegion] = TOPIC.exec(topicUrn) ?? [];
  if (topicRegion === undefined)
    return [`${place}.topicUrn is ${JSON.stringify(topicUrn)}: it must be urn:smn:REGION:PROJECT:TOPIC`];
  if (topicRegion === region) return [];
  return [
    `${place}.topicUrn is a topic in ${topicRegion}, and the function is in ${region}: they must be in one region`,
  ];
}
