import type { Reason } from '../compare/verdict.ts';

export const REMEDIES: Readonly<Record<Reason, string>> = {
  awaiting_copy:
    'OMS was given the object a short while ago. Nothing is to be done: a later pass proves that it arrived or submits it again.',
  too_many:
    'More objects differ than are remembered, so the object waits for a place. Copy the objects with an OMS migration task of the type "object list" (oms-sync reconcile writes its list with --list FILE), or look at those that were submitted in vain.',
  not_copied:
    "The object was submitted as often as RECONCILE_MAX_SUBMISSIONS allows, and the destination still differs. Look for it in the sync task's lists of failed objects and at who else writes or deletes at the destination. Then upload the source object again, with a clock that is right; or delete checkpoint.json of the route, and the next pass submits everything again.",
  no_overwrite:
    'The task keeps what is at the destination (NO_OVERWRITE). Delete the destination object, or use a task that overwrites; the next pass submits it.',
  destination_not_older:
    'Size and time satisfy the task though the contents differ. Upload the source object again or delete the destination object, or use a task with the consistency check crc64; the next pass submits it. Where a bucket is encrypted with KMS, ETags are no checksums: switch their comparison off.',
  submitted_before:
    'An earlier pass has submitted the object and the destination still differs. Delete the destination object; a later pass submits it. Where the source object is dated ahead of time, no copy is ever newer: upload it again.',
  archived:
    'Restore the object and submit it with create-sync-event, or use a task with enable_restore where its cloud is one that OMS restores from.',
  too_large: 'An object of OBS has at most 48.8 TB. Split the object.',
  key_too_long: 'A key of OBS has at most 1024 bytes of UTF-8. Give the object a shorter name.',
  key_not_unicode: 'The name is no text in UTF-8. Give the object another name.',
};
