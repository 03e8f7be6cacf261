import type { BucketTrigger } from '../../obs/server.ts';
import { given } from '../../records.ts';
import type { RouteDeclaration, RouteShape } from '../gateway/routes.ts';
import type { TimerDeclaration } from '../timers/timers.ts';
import { type EventData, OBS_SOURCE } from './rules.ts';
import type { Trigger } from './types.ts';

export interface TriggerTargets {
  readonly gateway: {
    put(owner: string, routes: readonly RouteDeclaration[]): void;
    remove(owner: string): void;
    takenBy(owner: string, route: RouteShape): string | undefined;
  };
  readonly timers: { put(owner: string, timer: TimerDeclaration): void; remove(owner: string): void };
}

export function routeFor(urn: string, data: EventData['APIG']): RouteDeclaration {
  return {
    target: urn,
    method: data.req_method,
    path: data.path,
    prefix: data.match_mode === 'SWA',
    auth: data.auth,
    group: `${data.instance_id ?? ''}/${data.group_id}`,
    stage: data.env_name,
    async: data.func_info.invocation_type === 'async',
    timeout: data.func_info.timeout,
  };
}

/**
 * Puts a trigger to work at the gateway or among the timers; those of buckets go to the store as a list. False for a
 * source that the local cloud does not have.
 */
export function start(trigger: Trigger, { gateway, timers }: TriggerTargets): boolean {
  switch (trigger.type) {
    case 'APIG':
    case 'DEDICATEDGATEWAY':
      gateway.put(trigger.id, [routeFor(trigger.urn, trigger.data)]);
      return true;
    case 'TIMER': {
      const { name, schedule_type: type, schedule, user_event: userEvent } = trigger.data;
      timers.put(trigger.id, {
        target: trigger.urn,
        functionUrn: trigger.urn.slice(0, trigger.urn.lastIndexOf(':')),
        event: { name, type, schedule, enabled: trigger.status === 'ACTIVE', ...given({ userEvent }) },
        since: trigger.updated,
      });
      return true;
    }
    case 'OBS':
      return true;
    case 'EVENTGRID':
      return trigger.data.source_name === OBS_SOURCE;
    default:
      return false;
  }
}

export function stop({ id }: Trigger, { gateway, timers }: TriggerTargets): void {
  gateway.remove(id);
  timers.remove(id);
}

export function isOfBucket(trigger: Trigger): boolean {
  return trigger.type === 'OBS' || trigger.type === 'EVENTGRID';
}

export function bucketTriggers(triggers: readonly Trigger[]): BucketTrigger[] {
  return triggers.flatMap((trigger): BucketTrigger[] => {
    const { id, urn: target } = trigger;
    if (trigger.type === 'OBS') {
      const { bucket, prefix, suffix, events } = trigger.data;
      return [{ id, type: 'OBS', bucket, ...given({ prefix, suffix }), events, target }];
    }
    if (trigger.type !== 'EVENTGRID' || trigger.data.source_name !== OBS_SOURCE) return [];
    const { bucket = '', prefix, suffix, event_types: events, Key_encode: keyEncode = false } = trigger.data;
    return [{ id, type: 'EVENTGRID', bucket, ...given({ prefix, suffix }), events, keyEncode, target }];
  });
}
