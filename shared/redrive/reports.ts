import { isDeepStrictEqual } from 'node:util';
import { isObjectKey } from '#shared/encoding/object-key.ts';
import { field, optionalText } from '#shared/events/fields.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { ObjectNotFoundError } from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { DocumentSource } from './document.ts';
import { REDRIVE_LIMITS } from './limits.ts';
import type { Position } from './listing.ts';
import type { RedriveReport } from './report.ts';

/** Prefix of the reports of runs that nobody waits for. */
export const REPORT_PREFIX = 'redrive/reports/';
export const LAST_REPORT = 'redrive/last.json';

export interface StoredReport extends RedriveReport {
  readonly caller: string;
  readonly options: object;
}

interface Place {
  readonly store: ObjectStore;
  readonly bucket: string;
}

/**
 * Writes a report as the last one, from which the next run goes on, and, where documents were taken, under a name of its
 * own.
 *
 * @throws ObjectStoreError
 */
export async function writeReport(report: StoredReport, { store, bucket }: Place): Promise<void> {
  const body = `${JSON.stringify(report, null, 2)}\n`;
  const name = `${REPORT_PREFIX}${report.started.replaceAll(':', '-')}-${report.id}.json`;
  const contentType = 'application/json';
  await store.putObject({ bucket, key: LAST_REPORT, body, contentType });
  // A timer that finds nothing every quarter of an hour would leave a hundred of them a day.
  if (report.documents.taken > 0) await store.putObject({ bucket, key: name, body, contentType });
}

/**
 * Reads where the last run with the same options was cut short, so that the next goes on from there: it would otherwise
 * spend its time on the same documents again. Nothing depends on what the report says: a run goes round.
 *
 * @param options of this run, as they were asked for
 * @returns undefined, the beginning, where it came to the end or cannot be read, whatever the reason
 */
export async function readPosition(
  options: object,
  { store, bucket }: Place,
  log: Logger,
): Promise<Position | undefined> {
  let report: unknown;
  try {
    const { body } = await store.getObject({ bucket, key: LAST_REPORT, maxBytes: REDRIVE_LIMITS.reportBytes });
    report = JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof ObjectNotFoundError))
      log.warn('position not read', {
        document: LAST_REPORT,
        remedy: 'Nothing: the run begins with the first.',
        error,
      });
    return undefined;
  }
  if (!isDeepStrictEqual(field(report, 'options'), options)) return undefined;
  const position = field(report, 'position');
  const source = SOURCES.find((known) => known === field(position, 'source'));
  const name = optionalText(position, 'name');
  return source !== undefined && name !== undefined && isObjectKey(name) ? { source, name } : undefined;
}

const SOURCES: readonly DocumentSource[] = ['failed_invocation', 'dead_letter', 'parked'];
