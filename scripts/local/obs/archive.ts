import { S3Error } from './errors.ts';
import type { ObjectRecord } from './records.ts';

/**
 * Storage classes whose objects cannot be read until they are restored: S3's names and OBS's own, `COLD`.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0087.html
 */
const ARCHIVED: ReadonlySet<string | undefined> = new Set(['GLACIER', 'DEEP_ARCHIVE', 'COLD']);
const DAY = 24 * 3600_000;

interface Restoration {
  readonly availableAt: number;
  readonly expiresAt: number;
}

/**
 * The archived objects that are restored, and until when. Kept in memory only: after a restart an object has to be
 * restored again, which a client must expect of one whose restoration has expired.
 */
export class Archive {
  readonly #restorations = new Map<string, Restoration>();
  readonly #restoreTime: number;
  readonly #now: () => number;

  /** @param restoreTime milliseconds that a restoration takes */
  constructor(restoreTime: number, now: () => number) {
    this.#restoreTime = restoreTime;
    this.#now = now;
  }

  checkReadable(object: ObjectRecord): void {
    if (!isArchived(object)) return;
    const restoration = this.#current(object);
    if (restoration && restoration.availableAt <= this.#now()) return;
    throw new S3Error('InvalidObjectState', undefined, { StorageClass: object.storageClass ?? 'STANDARD' });
  }

  /**
   * Starts a restoration (202) or prolongs a finished one (200).
   * @throws S3Error InvalidObjectState for an object that is not archived, RestoreAlreadyInProgress
   */
  restore(object: ObjectRecord, days: number): 200 | 202 {
    if (!isArchived(object))
      throw new S3Error('InvalidObjectState', 'Restore is not allowed for the object’s storage class');
    const now = this.#now();
    const current = this.#current(object);
    if (current && current.availableAt > now) throw new S3Error('RestoreAlreadyInProgress');
    const availableAt = current?.availableAt ?? now + this.#restoreTime;
    this.#restorations.set(idOf(object), { availableAt, expiresAt: Math.max(availableAt, now) + days * DAY });
    return current ? 200 : 202;
  }

  describe(object: ObjectRecord): Record<string, string> {
    const restoration = isArchived(object) ? this.#current(object) : undefined;
    if (!restoration) return {};
    return {
      'x-amz-restore':
        restoration.availableAt > this.#now()
          ? 'ongoing-request="true"'
          : `ongoing-request="false", expiry-date="${new Date(restoration.expiresAt).toUTCString()}"`,
    };
  }

  #current(object: ObjectRecord): Restoration | undefined {
    const restoration = this.#restorations.get(idOf(object));
    if (!restoration || restoration.expiresAt > this.#now()) return restoration;
    this.#restorations.delete(idOf(object));
    return undefined;
  }
}

function isArchived({ storageClass }: ObjectRecord): boolean {
  return ARCHIVED.has(storageClass);
}

/** An object that is written again has another number, and is not restored. */
function idOf({ sequence }: ObjectRecord): string {
  return String(sequence);
}
