import type { FunctionConfig, TimerEvent } from '../../../serverless/config.ts';
import { InvocationError } from '../errors.ts';
import type { InvocationResult } from '../types.ts';
import { parseSchedule } from './parse.ts';
import type { Schedule } from './schedule.ts';
import { localTime } from './zone.ts';

export interface TimersOptions {
  readonly now: () => number;
  /** The region's, for schedules without one of their own. */
  readonly timeZone: string;
  readonly fire: (key: string, event: TimerPayload) => Promise<InvocationResult>;
  readonly onError: (key: string, error: Error) => void;
}

/** The event of a TIMER trigger. */
export interface TimerPayload {
  readonly version: 'v2.0';
  /** Local time with its offset. */
  readonly time: string;
  readonly trigger_type: 'TIMER';
  readonly trigger_name: string;
  readonly user_event: string;
}

interface Timer {
  readonly event: TimerEvent;
  readonly schedule: Schedule;
  next: number | undefined;
  handle: NodeJS.Timeout | undefined;
}

/** setTimeout takes no more milliseconds than this; longer waits are taken in steps. */
const MAX_WAIT = 2 ** 31 - 1;

/** Fires the timers that functions declare. */
export class Timers {
  readonly #options: TimersOptions;
  readonly #timers = new Map<string, Map<string, Timer>>();

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /**
   * Replaces the timers of a function.
   *
   * @throws ScheduleError when a schedule is malformed
   */
  set(key: string, fn: FunctionConfig): void {
    const timers = new Map<string, Timer>();
    for (const event of fn.events) {
      if (!('timer' in event)) continue;
      const schedule = parseSchedule(event.timer.type, event.timer.schedule, this.#options.timeZone);
      timers.set(event.timer.name, { event: event.timer, schedule, next: undefined, handle: undefined });
    }
    this.#stop(key);
    this.#timers.set(key, timers);
    for (const timer of timers.values()) {
      if (timer.event.enabled === false) continue;
      const now = this.#options.now();
      timer.next = timer.schedule.next(now, now);
      this.#wait(key, timer);
    }
  }

  /** @throws InvocationError when there is no such timer */
  async fire(key: string, name: string): Promise<{ requestId: string }> {
    const timer = this.#timers.get(key)?.get(name);
    if (!timer) throw new InvocationError(404, 'FSS.0404', `The function ${key} has no timer ${name}`);
    const { requestId } = await this.#options.fire(key, payload(timer, this.#options.now()));
    return { requestId };
  }

  list(): { function: string; name: string; schedule: string; next: string | null }[] {
    return [...this.#timers].flatMap(([key, timers]) =>
      [...timers.values()].map(({ event, next }) => ({
        function: key,
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

  #wait(key: string, timer: Timer): void {
    if (timer.next === undefined) return;
    const wait = Math.max(0, timer.next - this.#options.now());
    timer.handle = setTimeout(() => this.#due(key, timer), Math.min(wait, MAX_WAIT));
    timer.handle.unref();
  }

  #due(key: string, timer: Timer): void {
    const due = timer.next;
    const now = this.#options.now();
    if (due === undefined) return;
    if (now >= due) {
      this.#options.fire(key, payload(timer, due)).catch((error: Error) => this.#options.onError(key, error));
      // After a pause (a laptop that slept) what was missed is not made up for.
      timer.next = timer.schedule.next(now, due);
    }
    this.#wait(key, timer);
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
