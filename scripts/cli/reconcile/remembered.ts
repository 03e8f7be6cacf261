import { existsSync, readFileSync } from 'node:fs';
import { STATE_LIMITS } from '#shared/reconcile/document-limits.ts';
import { Submissions } from '#shared/reconcile/submit/submissions.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import { writeAtomically } from '../../local/write-atomically.ts';
import { UsageError } from '../errors.ts';

/** Submissions of earlier runs, as `--remember` keeps them. */
export function readRemembered(file: string, comparison: string): Submissions | undefined {
  if (!existsSync(file)) return undefined;
  const json = readBoundedJson(readFileSync(file, 'utf8'), STATE_LIMITS.values);
  const { version, of, since, submissions } = ('value' in json ? (json.value ?? {}) : {}) as Record<string, unknown>;
  const began = typeof since === 'string' ? Date.parse(since) : Number.NaN;
  const read =
    version === 1 && typeof submissions === 'string' && !Number.isNaN(began)
      ? Submissions.read(submissions, began)
      : undefined;
  if (read === undefined) throw new UsageError('--remember names a file that this command has not written');
  if (of !== comparison) throw new UsageError('--remember names a file of another comparison: use one for each');
  return read;
}

/**
 * @param complete of the run: what it has not met again is settled
 * @param started milliseconds since the epoch
 */
export async function writeRemembered(
  file: string,
  comparison: string,
  submissions: Submissions,
  complete: boolean,
  started: number,
): Promise<void> {
  const next = submissions.next(complete, started);
  const since = new Date(started).toISOString();
  await writeAtomically(file, `${JSON.stringify({ version: 1, of: comparison, since, submissions: next.toText() })}\n`);
}
