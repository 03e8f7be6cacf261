import * as z from 'zod/mini';
import { BUCKET_NAME, OBS_BUCKET_NAME, OBS_BUCKET_RULE } from '#shared/config/names.ts';
import { AppError } from '#shared/errors/base.ts';
import { CLOUD_TYPES } from '#shared/oms/schemas/enums.ts';
import { parseJson } from '#shared/validation/json.ts';
import { parse } from '#shared/validation/parse.ts';
import { crossFieldRule, rule } from '#shared/validation/rule.ts';

/** The name of a variable, never what it holds: routes are no secret. */
const variableName = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/));

/** An https origin, or one of http for this machine alone. */
const ENDPOINT =
  /^(?:https:\/\/(?:[\w.-]+|\[[\da-f:.]+\])|http:\/\/(?:localhost|[\w.-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\]))(?::\d{1,5})?$/i;

/** Place of a bucket and how it is listed: needed by code that reads or lists it, not by sync events. */
const location = {
  region: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  endpoint: z.optional(z.string().check(z.regex(ENDPOINT))),
  /** ListObjects (1) or ListObjectsV2 (2); as the cloud has it where it is left out. */
  list_version: z.optional(z.literal([1, 2])),
  addressing: z.optional(z.enum(['path', 'virtual'])),
  /** Encrypted variables of the function that hold the key pair by which the bucket is listed. */
  credentials: z.optional(
    z.strictObject({
      access_key: variableName,
      secret_key: variableName,
      security_token: z.optional(variableName),
    }),
  ),
};

/** A name, never a pattern: what it is written into, a policy for example, would take `*` for every bucket. */
function bucketName(pattern: RegExp, says: string) {
  const find = (name: string) => (pattern.test(name) ? undefined : { rule: 'bucket_name', message: says });
  return z.string().check(rule(find, { patterns: new Set([pattern]) }));
}
const OBS_RULE = `must be the name of a bucket: ${OBS_BUCKET_RULE}`;
const obsBucket = bucketName(OBS_BUCKET_NAME, OBS_RULE);
const anyBucket = bucketName(BUCKET_NAME, 'must be the name of a bucket: 3 to 63 letters, digits, hyphens, periods, _');

/** Buckets of OBS have a stricter rule. */
const obsSource = crossFieldRule(({ bucket, cloud = 'HuaweiCloud' }) =>
  cloud === 'HuaweiCloud' && typeof bucket === 'string' && BUCKET_NAME.test(bucket) && !OBS_BUCKET_NAME.test(bucket)
    ? [{ path: ['bucket'], rule: 'bucket_name', message: OBS_RULE }]
    : [],
);

/** One route: which objects of which bucket belong to which sync task. */
const routeSchema = z.strictObject({
  /** Shown in log lines; part of the names of reconciliation's state. */
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  source: z
    .strictObject({
      bucket: anyBucket,
      /** Begins the object's real (decoded) name; every object where it is left out. */
      prefix: z.optional(z.string().check(z.maxLength(1024))),
      /** The cloud of the sync task; `HuaweiCloud` by default. */
      cloud: z.optional(z.enum(CLOUD_TYPES)),
      ...location,
    })
    .check(obsSource),
  destination: z.optional(z.strictObject({ bucket: z.optional(obsBucket), ...location })),
  /** False where a bucket is encrypted with KMS, so that equal objects have different ETags; true where it is left out. */
  compare_etags: z.optional(z.boolean()),
  /** Opaque; 1 to 1024 characters, as the vendor's page on sync events has it. */
  sync_task_id: z.string().check(z.minLength(1), z.maxLength(1024)),
});

export const routesSchema = z.array(routeSchema).check(z.maxLength(1000));

export type Route = z.infer<typeof routeSchema>;

/** A notification of a bucket that no route names: the trigger and ROUTES do not fit each other. */
export class NoRouteError extends AppError {
  override readonly name = 'NoRouteError';

  constructor() {
    super(400, 'OmsSync.NoRoute', 'No route names the bucket of the notification.');
  }
}

/** The buckets that some route names. What is notified of others was not left out on purpose. */
export function routedBuckets(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(routes.map(({ source }) => source.bucket));
}

/**
 * Reads the variable ROUTES.
 *
 * @throws ValidationError with every problem and its path, for example `[2].source.bucket`
 */
export function parseRoutes(text: string): readonly Route[] {
  return parse(routesSchema, parseJson(text), 'ROUTES');
}
