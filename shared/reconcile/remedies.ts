import type { Reason } from './verdict.ts';

/** What a person can do about an object that no submission repairs. */
export const REMEDIES: Readonly<Record<Reason, string>> = {
  no_overwrite:
    'The task keeps what is at the destination (NO_OVERWRITE). Delete the destination object, or use a task that overwrites; the next pass submits it.',
  destination_not_older:
    'Size and time satisfy the task though the contents differ. Upload the source object again or delete the destination object, or use a task with the consistency check crc64; the next pass submits it. Where a bucket is encrypted with KMS, ETags are no checksums: switch their comparison off.',
  crc64_equal:
    'The CRC64 checksums are equal, so the task takes the two for the same. Delete the destination object if they are not; the next pass submits it.',
  submitted_before:
    'An earlier pass has submitted the object and OMS has left it as it is. Delete the destination object; the next pass submits it.',
  archived:
    'Restore the object and submit it with create-sync-event, or use a task with enable_restore where its cloud is one that OMS restores from.',
  too_large: 'An object of OBS has at most 48.8 TB. Split the object.',
  key_too_long: 'A key of OBS has at most 1024 bytes of UTF-8. Give the object a shorter name.',
  key_not_unicode: 'The name is no text in UTF-8. Give the object another name.',
  file_system_name:
    'A parallel file system has no names with //, none that end with / unless the object is empty, and at most 45 levels. Give the object another name.',
};
