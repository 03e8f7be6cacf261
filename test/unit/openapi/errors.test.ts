import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { errorsOf } from '../../../scripts/docs/openapi/document.ts';
import { ERRORS, type ErrorStatus, type Operation } from '../../../scripts/docs/openapi/operation.ts';
import { OPERATIONS } from '../../../scripts/docs/openapi/operations.ts';
import { ROOT } from '../../../scripts/serverless/config.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import type { StubReply } from '../../helpers/oms-stub.ts';

const serverless = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8')) as {
  functions: Record<string, { events?: { apig?: { method: string; path: string } }[] }>;
};
const functionOf = ({ method, path }: Operation): string =>
  Object.entries(serverless.functions).find(([, { events = [] }]) =>
    events.some(({ apig }) => apig?.method === method.toUpperCase() && apig.path === path),
  )?.[0] ?? '';

/** Behaviour of OMS, and the row of the documentation that it leads to. */
const CAUSES: readonly (readonly [ErrorStatus, string, StubReply])[] = [
  [400, 'a refusal', { status: 400, body: { error_code: 'OMS.0064', error_msg: 'Invalid.' } }],
  [403, 'no permission', { status: 403, body: { error_code: 'OMS.0072', error_msg: 'Insufficient permissions.' } }],
  [404, 'an unknown task', { status: 404, body: { error_code: 'OMS.1009', error_msg: 'Unknown.' } }],
  [429, 'too many requests', { status: 429, body: { error_code: 'APIGW.0308', error_msg: 'Throttled.' } }],
  [502, 'refused credentials', { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'Refused.' } }],
  [502, 'an internal error', { status: 500, body: '<html>' }],
  [502, 'an operation that its region lacks', { status: 404, body: { error_code: 'APIGW.0101', error_msg: 'None.' } }],
  [502, 'a connection that ends', { hangUp: true }],
  [503, 'no service', { status: 503, body: { error_code: 'OMS.1001', error_msg: 'Please try again later.' } }],
];

describe('the table of errors', () => {
  const oms = useOmsStub();
  const variables = { SRC_ACCESS_KEY: 'a', SRC_SECRET_KEY: 'b', DST_ACCESS_KEY: 'c', DST_SECRET_KEY: 'd' };
  // The other operations call FunctionGraph, which their own tests replace.
  const rows = OPERATIONS.filter(({ path }) => path.startsWith('/sync-tasks')).flatMap((operation) =>
    CAUSES.filter(([status]) => errorsOf(operation).includes(status)).map(
      ([status, cause, reply]) => [operation.operationId, status, cause, operation, reply] as const,
    ),
  );

  it.each(rows)('of %s has %d, for %s', async (_id, status, _cause, operation, reply) => {
    const fn = await oms.load(functionOf(operation), { variables });
    oms.stub.reply = () => reply;
    const examples = Object.entries(operation.parameters?.examples ?? {});
    const inPath = (name: string): boolean => operation.path.includes(`{${name}}`);
    const target = operation.path.replace('{sync_task_id}', 'a-task');
    const query = Object.fromEntries(examples.filter(([name]) => !inPath(name)).map(([k, v]) => [k, String(v)]));
    const [body] = Object.values(operation.body?.examples ?? {});

    const answer = await fn.request(operation.method.toUpperCase(), target, body, { query });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      error_code: expect.stringMatching(/^(OmsSync|OMS|APIGW)\./),
      error_msg: expect.stringMatching(/\S/),
      request_id: expect.any(String),
    });
    // The codes that the documentation gives as examples are those of the cause.
    if ([403, 404, 429, 503].includes(status)) expect(answer.body.error_code).toBe(ERRORS[status].example.error_code);
  });
});
