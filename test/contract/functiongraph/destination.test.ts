import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import type { FaultRule } from '../../../scripts/local/faults/plan.ts';
import type { DestinationRecord } from '../../../scripts/local/functiongraph/async/destination.ts';
import type { FunctionGraphOptions } from '../../../scripts/local/functiongraph/server.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { ensureBucket, s3Client } from '../../../scripts/local/s3.ts';
import type { FailureDestination, FunctionConfig } from '../../../scripts/serverless/config.ts';
import { ACCESS_KEY, SECRET_KEY, type Started, start, temporaryFolder } from './start.ts';

const PREFIX = 'failed-invocations/f/';
const OBS: FailureDestination = { type: 'OBS', bucket: 'state', prefix: PREFIX, expires: 3 };
const ALWAYS = "exports.handler = async (event, context) => { throw new Error('never ' + event.name) }";
const async = { async: true };

const failing = (onFailure: FailureDestination = OBS, maxRetries = 1): Partial<FunctionConfig> => ({
  agency: 'agency',
  async: { maxRetries, maxEventAge: 60, onFailure },
});

interface Place extends Started {
  readonly obs: ObsServer;
  readonly s3: S3Client;
  readonly accounts: Accounts;
}

/** A FunctionGraph beside an object store with the bucket `state`. */
async function together(
  options: Partial<FunctionGraphOptions> = {},
  bucket = 'state',
  faults: readonly FaultRule[] = [],
): Promise<Place> {
  const accounts = new Accounts([{ accessKey: ACCESS_KEY, secretKey: SECRET_KEY }]);
  const dataDir = await temporaryFolder();
  const plan = { seed: 1, rules: faults };
  const obs = await startObs({ dataDir, port: 0, region: 'cn-north-4', accounts, faults: plan });
  onTestFinished(() => obs.close());
  const s3 = s3Client({ endpoint: obs.url, region: 'cn-north-4', accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  onTestFinished(() => s3.destroy());
  await ensureBucket(s3, bucket);
  const started = await start({
    accounts,
    objectStore: obs.url,
    retryDelay: () => 0,
    destinationDelay: () => 1,
    ...options,
  });
  return { ...started, obs, s3, accounts };
}

async function namesIn(s3: S3Client, bucket = 'state'): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key);
}

async function documentsIn(s3: S3Client): Promise<DestinationRecord[]> {
  return Promise.all(
    (await namesIn(s3)).map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'state', Key }));
      return JSON.parse((await Body?.transformToString()) ?? '') as DestinationRecord;
    }),
  );
}

describe('a failed invocation with a destination in OBS', () => {
  it('becomes one document of the documented shape, whose name begins with the prefix', async () => {
    const { fg, deploy, s3 } = await together();
    await deploy(ALWAYS, failing());

    const { requestId } = await fg.invoke('f', { name: '雪 %2F+' }, async);
    await fg.idle();

    expect(await namesIn(s3)).toEqual([
      expect.stringMatching(/^failed-invocations\/f\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f-]{36}\.json$/),
    ]);
    expect(await documentsIn(s3)).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\+08:00$/),
        request_context: {
          request_id: requestId,
          function_urn: 'urn:fss:cn-north-4:project:function:default:service-local-f:latest',
          condition: 'RetriesExhausted',
          approximate_invoke_count: 2,
        },
        request_payload: { name: '雪 %2F+' },
        response_context: { status_code: 200, function_error: '4002' },
        response_payload: {
          errorMessage: 'function invocation exception, error: never 雪 %2F+',
          errorType: 'Error',
          stackTrace: expect.any(Array),
        },
      },
    ]);
    expect(fg.stats().async).toMatchObject({ failed: 1, destination_stored: 1, destination_failed: 0, waiting: 0 });
  });

  it('holds its payloads as text where that is asked for', async () => {
    const { fg, deploy, s3 } = await together({ destinationPayloads: 'text' });
    await deploy(ALWAYS, failing());

    await fg.invoke('f', { name: 'a' }, async);
    await fg.idle();

    const [document] = await documentsIn(s3);
    expect(document?.request_payload).toBe('{"name":"a"}');
    expect(JSON.parse(String(document?.response_payload))).toMatchObject({ errorType: 'Error' });
  });

  it('is one document for each invocation, and none for those that succeed', async () => {
    const { fg, deploy, s3 } = await together();
    await deploy('exports.handler = async (event, context) => { if (event % 2) throw new Error() }', failing());

    await Promise.all([1, 2, 3, 4, 5].map((n) => fg.invoke('f', n, async)));
    await fg.idle();

    const documents = await documentsIn(s3);
    expect(documents.map(({ request_payload }) => request_payload).sort()).toEqual([1, 3, 5]);
    expect(fg.stats().async).toMatchObject({ succeeded: 2, failed: 3, destination_stored: 3 });
  });

  it('that is too old or ends with its process says so', async () => {
    const { fg, deploy, s3 } = await together({ retryDelay: () => 3_600_000 });
    await deploy('exports.handler = async (event, context) => process.exit(1)', failing());

    await fg.invoke('f', {}, async);
    await fg.idle();

    expect(await documentsIn(s3)).toMatchObject([
      {
        request_context: { condition: 'EventAgeExceeded', approximate_invoke_count: 1 },
        response_context: { status_code: 500, function_error: 'crash' },
      },
    ]);
  });

  it('is nothing that a synchronous call or a function without a destination causes', async () => {
    const { fg, deploy, run, s3 } = await together();
    await deploy(ALWAYS, failing());
    await run();
    await deploy(ALWAYS, { async: { maxRetries: 0, maxEventAge: 60 } }, 'g');
    await fg.invoke('g', {}, async);
    await fg.idle();

    expect(await namesIn(s3)).toEqual([]);
    expect(fg.stats().async).toMatchObject({ failed: 1, destination_stored: 0, destination_failed: 0 });
  });

  it('goes where the function deployed last says', async () => {
    const { fg, deploy, s3 } = await together({ retryDelay: () => 400 });
    await deploy(ALWAYS, failing());
    await fg.invoke('f', { name: 'a' }, async);
    await vi.waitFor(() => expect(fg.stats().async.retried).toBe(1), 10_000);
    await deploy(ALWAYS, failing({ type: 'OBS', bucket: 'state', prefix: 'elsewhere/' }));
    await fg.idle();

    expect(await namesIn(s3)).toEqual([expect.stringMatching(/^elsewhere\//)]);
  });
});

describe('a destination that cannot be written', () => {
  it('is tried until it can, and idle() waits for it', async () => {
    const { fg, deploy, s3, logs } = await together({ destinationDelay: () => 20, destinationAttempts: 1000 }, 'other');
    await deploy(ALWAYS, failing());
    await fg.invoke('f', { name: 'a' }, async);
    await vi.waitFor(() => expect(logs.some(({ text }) => text.includes('NoSuchBucket'))).toBe(true), 10_000);
    let idle = false;
    const waiting = fg.idle().then(() => {
      idle = true;
    });
    await new Promise(setImmediate);
    expect(idle).toBe(false);
    expect(fg.stats().async).toMatchObject({ failed: 1, destination_stored: 0, destination_failed: 0 });

    await ensureBucket(s3, 'state');
    await waiting;

    expect(await documentsIn(s3)).toHaveLength(1);
    expect(fg.stats().async).toMatchObject({ waiting: 0, failed: 1, destination_stored: 1, destination_failed: 0 });
    expect(logs.find(({ text }) => text.includes('NoSuchBucket'))).toMatchObject({ level: 'WARN', function: 'f' });
  });

  it('is given up after its attempts, which is counted and logged as an error', async () => {
    const delays: number[] = [];
    const { fg, deploy, logs } = await together(
      { destinationAttempts: 3, destinationDelay: (attempt) => delays.push(attempt) && 1 },
      'other',
    );
    await deploy(ALWAYS, failing());

    const { requestId } = await fg.invoke('f', { name: 'a' }, async);
    await fg.idle();

    expect(delays).toEqual([1, 2]);
    expect(fg.stats().async).toMatchObject({ waiting: 0, failed: 1, destination_stored: 0, destination_failed: 1 });
    expect(logs.at(-1)).toMatchObject({
      level: 'ERROR',
      requestId,
      text: 'the destination of a failed invocation did not take it: The bucket state answers 404 NoSuchBucket; its event is lost',
    });
  });

  it('holds one document although its answer was lost', async () => {
    const lost = { fault: 'reset', when: 'after', operation: 'PutObject', calls: [1, 3] } as const;
    const refused = { fault: 'status', status: 503, operation: 'PutObject', calls: [2] } as const;
    const { fg, deploy, s3, logs } = await together({}, 'state', [lost, refused]);
    await deploy(ALWAYS, failing());

    await fg.invoke('f', { name: 'a' }, async);
    await fg.idle();

    expect(await namesIn(s3)).toHaveLength(1);
    expect(logs.filter(({ text }) => text.includes('did not take it'))).toHaveLength(3);
    expect(fg.stats().async).toMatchObject({ destination_stored: 1, destination_failed: 0 });
  });

  it('is one whose bucket or prefix the agency may not use', async () => {
    const { fg, deploy, s3, logs, accounts } = await together({
      destinationDelay: () => 20,
      destinationAttempts: 1000,
    });
    const put = { Effect: 'Allow', Action: ['obs:object:PutObject'], Resource: [`obs:*:*:object:state/${PREFIX}*`] };
    const head = { Effect: 'Allow', Action: ['obs:bucket:HeadBucket'], Resource: ['obs:*:*:bucket:state'] };
    const may = (...Statement: (typeof put)[]) =>
      accounts.setAgencies(new Map([['agency', [{ Version: '1.1', Statement }]]]));
    const refused = (text: string) => vi.waitFor(() => expect(logs.map((line) => line.text).join()).toContain(text));
    may(put);
    await deploy(ALWAYS, failing());
    await fg.invoke('f', { name: 'a' }, async);
    await refused('The bucket state answers 403 AccessDenied to HeadBucket');

    may(head);
    await refused('The bucket state answers 403 AccessDenied;');

    may(head, { ...put, Resource: ['obs:*:*:object:state/elsewhere/*'] });
    await fg.invoke('f', { name: 'b' }, async);
    may(head, put);
    await fg.idle();

    expect(await documentsIn(s3)).toHaveLength(2);
  });

  it('does not hold up other events, and its function is not run again', async () => {
    const { fg, deploy, logs, obs } = await together({ asyncConcurrency: 1, destinationDelay: () => 3_600_000 });
    await obs.close();
    await deploy(
      "exports.handler = async (event, context) => { console.log('ran ' + event.n); if (event.n === 1) throw new Error() }",
      failing(OBS, 0),
    );
    await fg.invoke('f', { n: 1 }, async);
    await fg.invoke('f', { n: 2 }, async);

    await vi.waitFor(() => expect(fg.stats().async).toMatchObject({ succeeded: 1, failed: 1, waiting: 1 }));
    expect(logs.filter(({ text }) => text.startsWith('ran')).map(({ text }) => text)).toEqual(['ran 1', 'ran 2']);
  });

  it('is tried again after a stop, without running the function, and counts the attempts before', async () => {
    const dataDir = await temporaryFolder();
    const first = await together({ dataDir, destinationAttempts: 3, destinationDelay: () => 40 }, 'other');
    await first.deploy(ALWAYS, failing());
    const { requestId } = await first.fg.invoke('f', { name: 'a' }, async);
    await vi.waitFor(() =>
      expect(first.logs.filter(({ text }) => text.includes('NoSuchBucket')).length).toBeGreaterThan(0),
    );
    await first.fg.close();
    const tries = first.logs.filter(({ text }) => text.includes('NoSuchBucket')).length;
    expect(tries).toBeLessThan(3);

    const second = await together({ dataDir, destinationAttempts: 3 }, 'other');
    await second.deploy("exports.handler = async (event, context) => { console.log('ran') }", failing());
    await second.fg.idle();

    expect(second.logs.map(({ text, requestId: id }) => [id, text.includes('NoSuchBucket')])).toEqual(
      Array.from({ length: 3 - tries }, () => [requestId, true]),
    );
    expect(second.fg.stats().async).toMatchObject({ accepted: 0, succeeded: 0, destination_failed: 1 });
  });
});

describe('a failed invocation with a function as its destination', () => {
  const NOTE = 'exports.handler = async (event, context) => { console.log(JSON.stringify(event)) }';
  const to = (name: string) => failing({ type: 'FunctionGraph', function: name });

  it.each([
    ['its key', 'g'],
    ['its URN', 'urn:fss:cn-north-4:project:function:default:service-local-g:latest'],
  ])('invokes that function, named by %s, with the record, asynchronously', async (_, name) => {
    const { fg, deploy, logs } = await together();
    await deploy(NOTE, {}, 'g');
    await deploy(ALWAYS, to(name));

    const { requestId } = await fg.invoke('f', { name: 'a' }, async);
    await fg.idle();

    const [line] = logs.filter((line) => line.function === 'g');
    expect(JSON.parse(line?.text ?? '')).toMatchObject({
      request_context: { request_id: requestId },
      request_payload: { name: 'a' },
    });
    expect(fg.stats().async).toMatchObject({ accepted: 2, succeeded: 1, failed: 1, destination_stored: 1 });
  });

  it('waits for a function that is not there yet', async () => {
    const { fg, deploy, logs } = await together({ destinationAttempts: 1000 });
    await deploy(ALWAYS, to('g'));
    await fg.invoke('f', { name: 'a' }, async);
    await vi.waitFor(() => expect(logs.some(({ text }) => text.includes('does not exist'))).toBe(true));

    await deploy(NOTE, {}, 'g');
    await fg.idle();

    expect(logs.filter((line) => line.function === 'g')).toHaveLength(1);
  });

  it('is lost at once when the record is larger than an event may be', async () => {
    const { fg, deploy, logs } = await together();
    await deploy(NOTE, {}, 'g');
    await deploy(ALWAYS, to('g'));

    await fg.invoke('f', 'x'.repeat(256 * 1024 - 2), async);
    await fg.idle();

    expect(fg.stats().async).toMatchObject({ destination_failed: 1 });
    expect(logs.filter(({ text }) => text.includes('did not take it'))).toHaveLength(1);
  });
});
