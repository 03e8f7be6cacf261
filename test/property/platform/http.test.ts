import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayResponse } from '#shared/platform/gateway-event.ts';
import { handler as createSyncEvent } from '../../../functions/create-sync-event/index.ts';
import { handler as createSyncTask } from '../../../functions/create-sync-task/index.ts';
import { handler as showSyncTask } from '../../../functions/show-sync-task/index.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { gatewayEvent } from '../../helpers/gateway-event.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_921;
/** Nothing listens there; what got as far would be answered with 502. */
const variables = { OMS_ENDPOINT: 'http://127.0.0.1:1', OMS_MAX_ATTEMPTS: '1', LOG_LEVEL: 'error' };
const handlers = { createSyncEvent, createSyncTask, showSyncTask };

/** The three fields of every error, a list of problems at most, and nothing else. */
function expectEnvelope(response: unknown): void {
  const { statusCode, headers, body, isBase64Encoded } = response as GatewayResponse;
  expect(statusCode).toBeGreaterThanOrEqual(400);
  expect(isBase64Encoded).toBe(false);
  expect(headers['content-type']).toBe('application/json');
  const { error_code, error_msg, request_id, details, ...others } = JSON.parse(body);
  expect([typeof error_code, typeof error_msg, request_id, others]).toEqual(['string', 'string', 'request-1', {}]);
  for (const detail of details ?? []) expect(Object.keys(detail)).toEqual(['path', 'rule', 'message']);
}

let log: LogLines;

describe('the HTTP functions', () => {
  beforeAll(() => {
    log = captureLog();
  });
  afterAll(() => log.restore());

  it('answer every event with the envelope or a success', async () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('GET', 'POST', '/sync-tasks', '/sync-tasks/a/events'));
    const event = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          httpMethod: member,
          path: member,
          headers: member,
          queryStringParameters: member,
          pathParameters: member,
          body: member,
          isBase64Encoded: member,
          requestContext: member,
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.values(handlers)), event, async (handler, given) => {
        expectEnvelope(await handler(given, fakeContext({ variables })));
      }),
      { seed: SEED, numRuns: runs(300) },
    );
  });

  it('never repeat a value of a body that they refuse', async () => {
    const marked = fc.string({ maxLength: 20 }).map((text) => `MARKED${text}`);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, marked, fc.integer(), fc.constant(null), tie('list'), tie('record')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      record: fc.dictionary(
        fc.constantFrom('src_ak', 'src_sk', 'dst_region', 'description', 'source_cdn', 'consistency_check', 'extra'),
        tie('value'),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('src_bucket', 'app_id', 'enable_kms', 'source_cdn'),
        value,
        async (name, held) => {
          const body = { [name]: held, src_sk: 'MARKED-src-sk', src_region: ['MARKED'] };
          const response = await createSyncTask(
            gatewayEvent('POST', '/sync-tasks', body),
            fakeContext({ variables: { ...variables, LOG_LEVEL: 'debug' } }),
          );

          expectEnvelope(response);
          expect(JSON.stringify(response)).not.toContain('MARKED');
          expect(log.raw.at(-1)).toContain('request refused');
          expect(log.raw.at(-1)).not.toContain('MARKED');
        },
      ),
      { seed: SEED, numRuns: runs(200) },
    );
  });
});
