import { omsVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { textVariable } from '#shared/config/variable.ts';
import type { Problem } from '#shared/errors/base.ts';
import type { HttpReply, HttpRequest } from '#shared/middleware/gateway-event.ts';
import type { Services } from '#shared/middleware/http.ts';
import { createSyncTaskBody } from '#shared/oms/schemas/create-sync-task.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';
import { completeCredentials } from './credentials.ts';

const hint = 'encrypted; used where the body of a request leaves the pair out';

/** The variables of this function. */
export const variables = {
  ...omsVariables,
  srcAccessKey: textVariable('SRC_ACCESS_KEY', { hint, secret: true }),
  srcSecretKey: textVariable('SRC_SECRET_KEY', { hint, secret: true }),
  dstAccessKey: textVariable('DST_ACCESS_KEY', { hint, secret: true }),
  dstSecretKey: textVariable('DST_SECRET_KEY', { hint, secret: true }),
} as const;

const CREDENTIAL_FIELDS = ['src_ak', 'src_sk', 'dst_ak', 'dst_sk'] as const;

/** POST /sync-tasks: creates a sync task, which OMS starts at once. */
export async function createSyncTask(
  request: HttpRequest,
  { config, invocation, oms }: Services<ConfigOf<typeof variables>>,
): Promise<HttpReply> {
  const isObject = typeof request.body === 'object' && request.body !== null && !Array.isArray(request.body);
  const given = isObject ? (request.body as Record<string, unknown>) : undefined;
  const completed = given && completeCredentials(given, config);
  invocation.log.conceal(secretsIn(completed?.body ?? {}));
  const body = withProblems(completed?.problems ?? [], () =>
    parse(createSyncTaskBody, completed?.body ?? request.body, 'The body'),
  );
  const created = await oms.createSyncTask(body);
  invocation.log.info('sync task created', { sync_task_id: created.sync_task_id });
  return { status: 200, body: { sync_task_id: created.sync_task_id } };
}

/** Credentials that are missing are reported with their variables, together with everything else that is wrong. */
function withProblems<T>(missing: readonly Problem[], read: () => T): T {
  let others: readonly Problem[] = [];
  try {
    const value = read();
    if (missing.length === 0) return value;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const paths = new Set(missing.map(({ path }) => path));
    others = (error.details ?? []).filter(({ path }) => !paths.has(path));
  }
  throw new ValidationError([...missing, ...others]);
}

/** Of a body that is not checked yet. */
function secretsIn(body: Readonly<Record<string, unknown>>): string[] {
  const { source_cdn: cdn } = body;
  const cdnKey: unknown = typeof cdn === 'object' && cdn !== null ? Reflect.get(cdn, 'authentication_key') : undefined;
  const secrets = [...CREDENTIAL_FIELDS.map((field) => body[field]), cdnKey];
  return secrets.filter((secret) => typeof secret === 'string');
}
