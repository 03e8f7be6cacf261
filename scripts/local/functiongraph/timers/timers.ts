import type { FunctionConfig, TimerEvent } from '../../../serverless/config.ts';
import { InvocationError } from '../errors.ts';
import type { InvocationResult } from '../types.ts';
import { parseSchedule } from './parse.ts';
import type { Schedule } from './schedule.ts';
import { localTime } from './zone.ts';

interface TimersOptions {
  readonly now: () => number;
  readonly timeZone: string;
  readonly fire: (target: string, event: TimerPayload) => Promise<InvocationResult>;
  readonly onError: (target: string, error: Error) => void;
}

export interface TimerDeclaration {
  readonly target: string;
  /** The function's URN without either: by it `fire` finds the timer. */
  readonly functionUrn: string;
  readonly event: TimerEvent;
  readonly since: number;
}

interface TimerPayload {
  readonly version: 'v2.0';
  readonly time: string;
  readonly trigger_type: 'TIMER';
  readonly trigger_name: string;
  readonly user_event: string;
}

interface Timer {
  readonly target: string;
  readonly functionUrn?: string;
  readonly event: TimerEvent;
  readonly schedule: Schedule;
  next: number | undefined;
  handle: NodeJS.Timeout | undefined;
}

/** setTimeout takes no more milliseconds than this; longer waits are taken in steps. */
const MAX_WAIT = 2 ** 31 - 1;

export class Timers {
  readonly #options: TimersOptions;
  /** Timers by owner (a function's key or a trigger's id), then by name. */
  readonly #timers = new Map<string, Map<string, Timer>>();

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** Replaces the timers of a function. Throws ScheduleError when a schedule is malformed. */
  set(key: string, fn: FunctionConfig): void {
    const timers = new Map<string, Timer>();
    for (const event of fn.events) {
      if (!('timer' in event)) continue;
      const schedule = parseSchedule(event.timer.type, event.timer.schedule, this.#options.timeZone);
      timers.set(event.timer.name, { target: key, event: event.timer, schedule, next: undefined, handle: undefined });
    }
    this.#replace(key, timers, this.#options.now());
  }

  /** Sets the timer of a trigger, in place of the one that it had. Throws ScheduleError. */
  put(owner: string, { target, functionUrn, event, since }: TimerDeclaration): void {
    const schedule = parseSchedule(event.type, event.schedule, this.#options.timeZone);
    const timer = { target, functionUrn, event, schedule, next: undefined, handle: undefined };
    this.#replace(owner, new Map([[event.name, timer]]), since);
  }

  remove(owner: string): void {
    this.#stop(owner);
    this.#timers.delete(owner);
  }

  /**
   * The key is the function's, or its URN without version or alias. Throws InvocationError when there is no such timer.
   */
  async fire(key: string, name: string): Promise<{ requestId: string }> {
    const timer =
      this.#timers.get(key)?.get(name) ??
      [...this.#timers.values()].map((timers) => timers.get(name)).find((other) => other?.functionUrn === key);
    if (!timer) throw new InvocationError(404, 'FSS.0404', `The function ${key} has no timer ${name}`);
    const { requestId } = await this.#options.fire(timer.target, payload(timer, this.#options.now()));
    return { requestId };
  }

  list(): { function: string; name: string; schedule: string; next: string | null }[] {
    return [...this.#timers.values()].flatMap((timers) =>
      [...timers.values()].map(({ target, event, next }) => ({
        function: target,
        name: event.name,
        schedule: `${event.type} ${event.schedule}`,
        next: next === undefined ? null : new Date(next).toISOString(),
      })),
    );
  }

  close(): void {
    for (const key of this.#timers.keys()) this.#stop(key);
  }

  #stop(key: string): void {
    for (const timer of this.#timers.get(key)?.values() ?? []) clearTimeout(timer.handle);
  }

  #replace(owner: string, timers: Map<string, Timer>, since: number): void {
    this.#stop(owner);
    this.#timers.set(owner, timers);
    const now = this.#options.now();
    for (const timer of timers.values()) {
      if (timer.event.enabled === false) continue;
      timer.next = timer.schedule.next(now, since);
      this.#wait(timer);
    }
  }

  #wait(timer: Timer): void {
    if (timer.next === undefined) return;
    const wait = Math.max(0, timer.next - this.#options.now());
    timer.handle = setTimeout(() => this.#due(timer), Math.min(wait, MAX_WAIT));
    timer.handle.unref();
  }

  #due(timer: Timer): void {
    const due = timer.next;
    const now = this.#options.now();
    if (due === undefined) return;
    if (now >= due) {
      const { fire, onError } = this.#options;
      fire(timer.target, payload(timer, due)).catch((error: Error) => onError(timer.target, error));
      // Runs missed during a pause (a laptop that slept) are not made up for.
      timer.next = timer.schedule.next(now, due);
    }
    this.#wait(timer);
  }
}

function payload(timer: Timer, time: number): TimerPayload {
  return {
    version: 'v2.0',
    time: localTime(time, timer.schedule.timeZone),
    trigger_type: 'TIMER',
    trigger_name: timer.event.name,
    user_event: timer.event.userEvent ?? '',
  };
}
