import * as z from 'zod/mini';

/**
 * Schemas of FunctionGraph's answers. The vendor adds fields, leaves fields out, and writes null or '' for unset ones,
 * so a schema refuses only what makes an answer useless.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0110.html
 */
const text = z.pipe(
  z.optional(z.nullable(z.string())),
  z.transform((value) => value ?? ''),
);
const whole = z.pipe(
  z.optional(z.nullable(z.number())),
  z.transform((value) => value ?? undefined),
);
/** Names end up in paths of later requests, where an empty one would mean something else. */
const name = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), z.maxLength(128));

export const functionConfig = z.object({
  func_urn: z.string(),
  func_name: name,
  runtime: text,
  timeout: whole,
  handler: text,
  memory_size: whole,
  /** JSON of the plain variables. */
  user_data: text,
  /** Digest of the code; the vendor's comment says SHA-512. */
  digest: text,
  xrole: text,
  app_xrole: text,
  description: text,
  initializer_handler: text,
  initializer_timeout: whole,
  log_group_id: text,
  log_stream_id: text,
  last_modified: text,
  strategy_config: z.optional(z.nullable(z.object({ concurrency: whole }))),
  func_vpc: z.optional(z.nullable(z.object({ vpc_id: text, subnet_id: text }))),
});
export type WireConfig = z.infer<typeof functionConfig>;

export const functionPage = z.object({
  functions: z.optional(z.nullable(z.array(z.object({ func_urn: z.string(), func_name: name, package: text })))),
  next_marker: whole,
  count: whole,
});

export const versionPage = z.object({
  versions: z.optional(
    z.nullable(z.array(z.object({ version: name, digest: text, last_modified: text, version_description: text }))),
  ),
  next_marker: whole,
  count: whole,
});
export interface WireVersion {
  readonly version: string;
  readonly digest: string;
  readonly last_modified: string;
  readonly version_description: string;
}

const alias = z.object({
  name,
  version: name,
  description: text,
  /** Aliases have URNs of the form `urn:fss:…:!live`. */
  alias_urn: z.string().check(z.regex(/^urn:fss:[\w:.!-]+:![\w.-]+$/)),
  additional_version_weights: z.optional(z.nullable(z.record(z.string(), z.number()))),
});
export type WireAlias = z.infer<typeof alias>;
/** The reference shows a bare list. */
export const aliasList = z.array(alias);

const destination = z.optional(
  z.nullable(z.object({ destination: text, param: z.pipe(z.unknown(), z.transform(paramText)) })),
);
export const asyncConfig = z.object({
  max_async_event_age_in_seconds: whole,
  max_async_retry_attempts: whole,
  enable_async_status_log: z.optional(z.nullable(z.boolean())),
  destination_config: z.optional(z.nullable(z.object({ on_success: destination, on_failure: destination }))),
});
export type WireAsyncConfig = z.infer<typeof asyncConfig>;

/** Sent as text that holds JSON; some answers have the JSON itself. */
function paramText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const trigger = z.object({
  trigger_id: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/), z.maxLength(128)),
  trigger_type_code: z.string().check(z.regex(/^[A-Z][A-Z0-9_]*$/), z.maxLength(32)),
  trigger_status: text,
  event_data: z.pipe(
    z.optional(z.nullable(z.record(z.string(), z.unknown()))),
    z.transform((value) => value ?? {}),
  ),
});
export type WireTrigger = z.infer<typeof trigger>;
export const triggerList = z.array(trigger);

export const publishedVersion = z.object({ version: name });
export const invocation = z.object({ request_id: text, result: z.unknown(), log: text, status: whole });
export const queuedInvocation = z.object({ request_id: text });
export const logLocation = z.object({
  group_id: z.string().check(z.minLength(1)),
  stream_id: z.string().check(z.minLength(1)),
});
