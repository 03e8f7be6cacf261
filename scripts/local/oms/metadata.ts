/**
 * "Even if this function is disabled, the Content-Type metadata will still be migrated to ensure a successful
 * migration." https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, `enable_metadata_migration`
 */
const ALWAYS = ['content-type'];
const WHEN_ENABLED = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
];

/** User metadata of the clouds; the destination is always OBS, written over its S3-compatible interface. */
const USER_METADATA = /^x-(?:amz|obs|oss|cos|kss|bce)-meta-(.+)$/;

/** The type that an S3-compatible store reports for an object stored without one. */
const NO_TYPE = 'binary/octet-stream';

/** The headers of the source object that its copy gets, by the task's `enable_metadata_migration`. */
export function migratedHeaders(headers: Readonly<Record<string, string>>, enabled: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of enabled ? [...ALWAYS, ...WHEN_ENABLED] : ALWAYS) {
    const value = headers[name];
    if (value !== undefined) result[name] = value;
  }
  if (!enabled) return result;
  for (const [name, value] of Object.entries(headers)) {
    const user = USER_METADATA.exec(name)?.[1];
    if (user !== undefined) result[`x-amz-meta-${user}`] = value;
  }
  return result;
}

export function sameMigratedHeaders(
  source: Readonly<Record<string, string>>,
  destination: Readonly<Record<string, string>>,
  enabled: boolean,
): boolean {
  const wanted = { 'content-type': NO_TYPE, ...migratedHeaders(source, enabled) };
  const present = { 'content-type': NO_TYPE, ...migratedHeaders(destination, enabled) };
  const names = Object.keys(wanted);
  return (
    names.length === Object.keys(present).length &&
    names.every((name) => wanted[name as keyof typeof wanted] === present[name as keyof typeof present])
  );
}
