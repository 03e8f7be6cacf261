import { checkObjectKey } from '#shared/encoding/object-key.ts';
import type { ObjectChange } from '#shared/events/object-change.ts';

/** A change of one object, of which tests set what matters. */
export function change(key: string, bucket = 'source', path = 'Records[0]'): ObjectChange {
  return { source: 'obs', bucket, key: checkObjectKey(key), eventName: 'ObjectCreated:Put', path };
}
