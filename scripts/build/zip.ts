import { zipSync } from 'fflate';

/**
 * A zip whose bytes depend on its content only. Zip entries hold a *local* time without a zone, so a fixed
 * instant would differ between time zones: this one is built from local parts. It is the format's first day,
 * at noon, which every zone has.
 */
const MODIFIED = new Date(1980, 0, 1, 12);

/** Regular file, readable by everyone: the platform may unpack and run as different users. */
const UNIX_MODE = 0o100644;

export const ZIP_OPTIONS = { level: 9, os: 3, attrs: UNIX_MODE << 16 } as const;

/**
 * Packs files so that the same files give the same bytes, in any folder, order and time zone.
 *
 * @param files content by path inside the zip
 */
export function deterministicZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { ...ZIP_OPTIONS, mtime: MODIFIED });
}
