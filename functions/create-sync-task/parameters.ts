import * as z from 'zod/mini';

export const createSyncTaskParameters = z.strictObject({
  /** `return`: answer with the task that there is for these buckets in place of making a second one. */
  if_exists: z.optional(z.enum(['return'])),
});
