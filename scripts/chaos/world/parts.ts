import type { Encoding, Mention, Shape } from './notifications.ts';

/** Where objects are uploaded, and how it tells of them. */
export interface Source {
  readonly bucket: string;
  readonly shapes: readonly Shape[];
  readonly encoding: Encoding;
}

/** A wish of the engineer: the objects of a bucket below a prefix in one destination. */
export interface Wish {
  readonly bucket: string;
  readonly prefix: string;
  /** Sync tasks that have served it one after the other. */
  readonly tasks: readonly string[];
}

/** An object that was stored. */
export interface Upload extends Mention {
  readonly source: Source;
}

/** One event on its way to the function. */
export interface Delivery {
  /** When it reaches the platform; several where it is duplicated, none where it is lost. */
  readonly times: readonly number[];
  readonly shape: Shape | 'foreign';
  readonly encoding: Encoding;
  readonly mentions: readonly Mention[];
}

/** The function's variables from a moment on. */
export interface Deployment {
  readonly at: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Those of redrive that differ, for somebody made a mistake or runs it from another place. */
  readonly redriveVariables?: Readonly<Record<string, string>>;
}

export interface TaskChange {
  readonly at: number;
  readonly task: string;
  readonly state: 'SYNCHRONIZING' | 'STOPPED' | 'DELETED';
}

/** Whether the objects of a wish include this one. */
export function serves(wish: Wish, bucket: string, key: string): boolean {
  return wish.bucket === bucket && key.startsWith(wish.prefix);
}
