import { field, optionalText } from '#shared/events/fields.ts';
import { ObjectNotFoundError } from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { STATE_LIMITS } from '#shared/reconcile/document-limits.ts';
import { type Report, readReport } from '#shared/reconcile/report/report.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { LAST_REPORT } from '#shared/redrive/reports.ts';

interface Place {
  readonly store: ObjectStore;
  readonly bucket: string;
}

/** A report was written, and this release cannot read it. */
export type Unreadable = 'unreadable';

/**
 * The report of a route's last pass.
 *
 * @param prefix of the route's folder; ends with a slash
 * @returns undefined where there is none
 * @throws ObjectStoreError
 */
export async function lastPass(place: Place, prefix: string): Promise<Report | Unreadable | undefined> {
  const text = await read(place, `${prefix}latest.json`, STATE_LIMITS.bytes['complete.json']);
  return text === undefined ? undefined : (readReport(text) ?? 'unreadable');
}

/** The fields of a redrive's report that tell how it went. */
export interface LastRedrive {
  readonly started: string;
  readonly ended: string;
  readonly remains: boolean;
  readonly stopped: string | undefined;
}

/**
 * The report of the last redrive by timer or by request.
 *
 * @returns undefined where there is none
 * @throws ObjectStoreError
 */
export async function lastRedrive(place: Place): Promise<LastRedrive | Unreadable | undefined> {
  const text = await read(place, LAST_REPORT, REDRIVE_LIMITS.reportBytes);
  if (text === undefined) return undefined;
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  const [started, ended] = [optionalText(report, 'started') ?? '', optionalText(report, 'ended') ?? ''];
  if (Number.isNaN(Date.parse(started)) || Number.isNaN(Date.parse(ended))) return 'unreadable';
  return { started, ended, remains: field(report, 'remains') !== false, stopped: optionalText(report, 'stopped') };
}

async function read({ store, bucket }: Place, key: string, maxBytes: number): Promise<string | undefined> {
  try {
    return (await store.getObject({ bucket, key, maxBytes })).body.toString('utf8');
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  }
}
