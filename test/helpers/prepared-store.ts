import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord } from '../../scripts/local/obs/records.ts';

/** An object as a listing shows it. */
export interface PreparedObject {
  readonly key: string;
  readonly size?: number;
  readonly etag?: string;
  /** Milliseconds since the epoch. */
  readonly modified?: number;
}

const MODIFIED = Date.UTC(2026, 0, 1);

/**
 * Writes the folder of a local object store that has these buckets: tens of thousands of objects in the time of a few
 * uploads. They can be listed, not read.
 */
export function prepareStore(dir: string, buckets: Readonly<Record<string, readonly PreparedObject[]>>): void {
  const lines: string[] = [];
  const write = (record: JournalRecord): void => {
    lines.push(JSON.stringify(record));
  };
  let sequence = 0;
  for (const [bucket, objects] of Object.entries(buckets)) {
    write({ t: 'bucket', bucket, created: MODIFIED });
    for (const { key, size = 1, etag = 'd41d8cd98f00b204e9800998ecf8427e', modified = MODIFIED } of objects) {
      sequence += 1;
      const object = { headers: {}, metadata: {}, segments: [], size, etag, modified, sequence };
      write({ t: 'put', bucket, key, object });
    }
  }
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''));
}
