import type { Endpoints } from '../stack.ts';

/** Messages between the demo and its local cloud, which runs in a process of its own as a cloud would. */
export type Request =
  | { readonly type: 'start'; readonly dataDir: string; readonly keyDecoding: 'form' | 'rfc3986' }
  | { readonly type: 'stats' }
  | { readonly type: 'stop' };

/** An object was dealt with; `at` is milliseconds since the epoch, with fractions. */
export interface Arrival {
  readonly key: string;
  readonly at: number;
}

export type Reply =
  | { readonly type: 'say' | 'log'; readonly line: string }
  | { readonly type: 'ready'; readonly endpoints: Endpoints }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'arrived'; readonly arrivals: readonly Arrival[] }
  | { readonly type: 'stats'; readonly calls: number; readonly keys: number }
  | { readonly type: 'stopped' };

/** Milliseconds since the epoch with a resolution below one, the same in every process of the machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
