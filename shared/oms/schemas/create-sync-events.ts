import * as z from 'zod/mini';
import { checkEncodedOmsKey } from '#shared/encoding/encode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { rule } from '#shared/validation/rule.ts';
import { OMS_LIMITS } from '../limits.ts';

/** 1 to 16384 characters of printable ASCII that decode to an object key. */
const encodedKey = z.string().check(
  rule((value) => {
    try {
      checkEncodedOmsKey(value);
      return undefined;
    } catch (error) {
      if (!(error instanceof KeyEncodingError)) throw error;
      return { rule: error.rule, message: `is not an encoded object key: ${error.rule} at index ${error.position}` };
    }
  }),
);

/**
 * The body that OMS receives (SyncObjectReq). The page's prose allows 10 keys, its table 100: what is certainly wrong is
 * refused here, and the configured batch size keeps below.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
export const createSyncEventsBody = z.strictObject({
  object_keys: z.array(encodedKey).check(z.minLength(1), z.maxLength(OMS_LIMITS.keysPerCallSchema)),
});

export type CreateSyncEventsBody = z.output<typeof createSyncEventsBody>;
