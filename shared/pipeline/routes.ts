import * as z from 'zod/mini';
import { AppError } from '#shared/errors/base.ts';
import { parseJson } from '#shared/validation/json.ts';
import { parse } from '#shared/validation/parse.ts';

/** The name of a variable, never what it holds: routes are no secret. */
const variableName = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/));

/** Where a bucket is and how it is listed: needed by what reads or lists it, not by sync events. */
const location = {
  region: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  endpoint: z.optional(z.string().check(z.regex(/^https?:\/\/[^\s/?#@]+$/))),
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

const bucketName = z.string().check(z.minLength(1), z.maxLength(1024));

/** One route: which objects of which bucket belong to which sync task. */
export const routeSchema = z.strictObject({
  /** For log lines, and below it reconciliation keeps its state. */
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  source: z.strictObject({
    bucket: bucketName,
    /** Of the object's real (decoded) name; every object where it is left out. */
    prefix: z.optional(z.string().check(z.maxLength(1024))),
    /** As in the sync task; `HuaweiCloud` where it is left out. */
    cloud: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    ...location,
  }),
  destination: z.optional(z.strictObject({ bucket: z.optional(bucketName), ...location })),
  /** False where a bucket is encrypted with KMS, so that equal objects have different ETags; true where it is left out. */
  compare_etags: z.optional(z.boolean()),
  /** Opaque; 1 to 1024 characters, as the vendor's page on sync events has it. */
  sync_task_id: z.string().check(z.minLength(1), z.maxLength(1024)),
});

/** The variable ROUTES. */
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
