import { field, optionalText } from '#shared/events/fields.ts';
import { ObjectNotFoundError } from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { DocumentSource } from './document.ts';
import type { Position } from './listing.ts';
import type { RedriveReport } from './report.ts';

/** Where runs that nobody waits for leave their reports. */
export const REPORT_PREFIX = 'redrive/reports/';
export const LAST_REPORT = 'redrive/last.json';

/** A report with what was asked for. */
export interface StoredReport extends RedriveReport {
  readonly caller: string;
  readonly options: object;
}

interface Place {
  readonly store: ObjectStore;
  readonly bucket: string;
}

/** Bytes; a report has a row per code. */
const MAX_REPORT_BYTES = 1024 * 1024;

/**
 * Writes a report under a name of its own, where documents were taken, and as the last one.
 *
 * @throws ObjectStoreError
 */
export async function writeReport(report: StoredReport, { store, bucket }: Place): Promise<void> {
  const body = `${JSON.stringify(report, null, 2)}\n`;
  const name = `${REPORT_PREFIX}${report.started.replaceAll(':', '-')}-${report.id}.json`;
  const contentType = 'application/json';
  // A timer that finds nothing every quarter of an hour would leave a hundred of them a day.
  if (report.documents.taken > 0) await store.putObject({ bucket, key: name, body, contentType });
  await store.putObject({ bucket, key: LAST_REPORT, body, contentType });
}

/**
 * Where the last run by timer ended before its time, so that the next goes on from there: it would otherwise spend its
 * time on the same documents again. Nothing depends on what the report says: a run goes round.
 *
 * @returns undefined where it came to the end, or where there is no report that can be read
 */
export async function readPosition({ store, bucket }: Place): Promise<Position | undefined> {
  const report = await readLast({ store, bucket });
  if (field(report, 'caller') !== 'timer') return undefined;
  const position = field(report, 'position');
  const source = SOURCES.find((known) => known === field(position, 'source'));
  const name = optionalText(position, 'name');
  return source !== undefined && name !== undefined ? { source, name } : undefined;
}

const SOURCES: readonly DocumentSource[] = ['failed_invocation', 'dead_letter', 'parked'];

async function readLast({ store, bucket }: Place): Promise<unknown> {
  try {
    const { body } = await store.getObject({ bucket, key: LAST_REPORT, maxBytes: MAX_REPORT_BYTES });
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof ObjectNotFoundError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
