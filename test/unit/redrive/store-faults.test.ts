import { beforeEach, describe, expect, it } from 'vitest';
import {
  AccessDeniedError,
  ObjectStoreConnectionError,
  ObjectStoreResponseError,
  ObjectStoreTimeoutError,
} from '#shared/objectstore/errors.ts';
import type { ListObjectsRequest } from '#shared/objectstore/port.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import type { StoreCall } from '../../helpers/memory-object-store.ts';
import { keysLetter, record, seedFailed, seedLetter } from '../../helpers/redrive-documents.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const letter = (key: string) => keysLetter({ Records: [record(key)] });
const OPERATIONS = ['GetObject', 'HeadObject', 'PutObject', 'DeleteObject'] as const;
const STATUSES = [301, 307, 400, 401, 403, 404, 405, 409, 410, 411, 412, 416, 418, 429, 451, 500, 501, 502, 503, 504];

function answer(status: number, storeCode?: string): Error {
  const retryable = status === 429 || (status >= 500 && status !== 501);
  const fields = { operation: 'GetObject', storeStatus: status, storeCode, attempts: 4, retryable };
  return status === 401 || status === 403 ? new AccessDeniedError(fields) : new ObjectStoreResponseError(fields);
}
const unreachable = () =>
  new ObjectStoreConnectionError('ECONNREFUSED', { operation: 'GetObject', attempts: 4, retryable: true });

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

function fail(which: (call: StoreCall) => boolean, error: () => Error): void {
  world.store.intercept = (call, work) => {
    if (which(call)) throw error();
    work();
  };
}

describe('one document that the store does not serve is its own matter', () => {
  it.each(OPERATIONS.flatMap((operation) => STATUSES.map((status) => [operation, status] as const)))(
    '%s answers %d',
    async (operation, status) => {
      // Each of the first fills a window of its own.
      const padding = 'x'.repeat(REDRIVE_LIMITS.windowBytes);
      for (const name of ['bad-1', 'bad-2']) {
        seedFailed(world, { Records: [{ ...record(name), padding }] }, name);
        // So that it is written again.
        world.reactions.set(name, operation === 'PutObject' ? 'refuse' : 'accept');
      }
      seedLetter(world, letter('behind'));
      fail(
        (call) => call.operation === operation && call.key.includes(PREFIXES.failedInvocations),
        () => answer(status),
      );
      if (operation === 'PutObject')
        fail(
          (call) => call.operation === operation && call.key.includes('dead-letters/'),
          () => answer(status),
        );

      const report = await world.redrive();

      expect(world.accepted).toContain('task-1/behind');
      expect(world.documents()).toHaveLength(2);
      expect(report).toMatchObject({ remains: true, documents: { left: 2, redriven: 1 } });
    },
  );

  it.each([400, 403, 500, 503])(
    'and 250 that answer %d keep nobody behind them from being redriven',
    async (status) => {
      for (let index = 0; index < 250; index += 1)
        world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2020-01-01/${index}.json`, '{}');
      seedLetter(world, letter('behind'));
      fail(
        ({ operation, key }) => operation === 'GetObject' && key.includes('/2020-01-01/'),
        () => answer(status),
      );

      expect(await world.redrive()).toMatchObject({ documents: { left: 250, redriven: 1 } });
      expect(world.accepted).toEqual(['task-1/behind']);
    },
  );
});

describe('a store that serves no document', () => {
  const windows = REDRIVE_LIMITS.blindWindows * REDRIVE_LIMITS.windowDocuments;

  it.each([
    ['throttles', () => answer(503, 'SlowDown')],
    ['refuses the credentials', () => answer(403, 'InvalidAccessKeyId')],
    ['does not know the caller', () => answer(401)],
    ['cannot be reached', unreachable],
    ['does not answer', () => new ObjectStoreTimeoutError(1, { operation: 'GetObject', attempts: 4, retryable: true })],
  ])('ends the run, which fails, and the next goes on behind what this one asked for: it %s', async (_what, error) => {
    for (let index = 0; index < windows; index += 1)
      world.store.seed(STATE_BUCKET, `${PREFIXES.deadLetters}2020-01-01/${index}.json`, '{}');
    for (let index = 0; index < 300; index += 1) seedLetter(world, letter(`behind-${index}`));
    let position: RedriveReport['position'];
    const save = async (report: RedriveReport): Promise<void> => {
      position = report.position;
      expect(report).toMatchObject({ stopped: 'store_unavailable', remains: true, documents: { left: windows } });
    };
    fail(({ operation }) => operation === 'GetObject', error);
    await expect(world.redrive({ save })).rejects.toThrow();

    fail(({ operation, key }) => operation === 'GetObject' && key.includes('/2020-01-01/'), error);
    await world.redrive({ from: position }).catch(() => {});
    expect(world.accepted).toHaveLength(300);
  });

  it('does not fail the run where it only refuses the documents, each by itself', async () => {
    for (const key of ['a', 'b']) seedLetter(world, letter(key));
    fail(
      ({ operation }) => operation === 'GetObject',
      () => answer(403, 'AccessDenied'),
    );

    expect(await world.redrive()).toMatchObject({ remains: true, documents: { left: 2 } });
  });
});

describe('a listing that does not come to its end', () => {
  type Page = Awaited<ReturnType<RedriveWorld['store']['listObjects']>>;
  /** Failed invocations are listed in this way; there is one, and it is on the first page. */
  const listing = (next: (request: ListObjectsRequest, page: Page) => Page | Promise<Page>): void => {
    const usual = world.store.listObjects.bind(world.store);
    world.store.listObjects = async (request) => {
      const page = await usual({
        bucket: request.bucket,
        ...(request.prefix === undefined ? {} : { prefix: request.prefix }),
      });
      return request.prefix === PREFIXES.failedInvocations ? next(request, page) : usual(request);
    };
  };

  it.each<[string, (request: ListObjectsRequest, page: Page) => Page]>([
    ['empty pages of one token', () => ({ objects: [], nextToken: 'a' })],
    [
      'empty pages of two tokens in turn',
      ({ continuationToken }) => ({ objects: [], nextToken: continuationToken === 'a' ? 'b' : 'a' }),
    ],
    [
      'empty pages of ever new tokens',
      ({ continuationToken = '' }) => ({ objects: [], nextToken: String(Number(continuationToken) + 1) }),
    ],
    [
      'the same page with tokens in turn',
      ({ continuationToken }, page) => ({ ...page, nextToken: continuationToken === 'a' ? 'b' : 'a' }),
    ],
    [
      'pages that go back',
      ({ continuationToken = 'z' }, page) => ({
        objects: page.objects.map((each) => ({ ...each, key: `${PREFIXES.failedInvocations}${continuationToken}` })),
        nextToken: String.fromCharCode(continuationToken.charCodeAt(0) - 1),
      }),
    ],
    [
      'names of another prefix',
      (_request, page) => ({ objects: page.objects.map((each) => ({ ...each, key: 'elsewhere' })) }),
    ],
    [
      'an error',
      () => {
        throw answer(503);
      },
    ],
  ])('ends, and what is below the other prefixes is redriven: %s', async (_what, next) => {
    seedFailed(world, { Records: [record('first')] });
    seedLetter(world, letter('behind'));
    listing(next);
    const saved: RedriveReport[] = [];

    await expect(world.redrive({ save: async (report) => void saved.push(report) })).rejects.toThrow();

    expect(world.accepted).toContain('task-1/behind');
    expect(saved).toMatchObject([{ stopped: 'store_unavailable', remains: true, position: { source: 'dead_letter' } }]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ message: 'documents not listed', prefix: PREFIXES.failedInvocations }),
    );
  });

  it('ends with the time of the run, and says so', async () => {
    let time = 60_000;
    listing(({ continuationToken = '0' }) => {
      time -= 1_000;
      return { objects: [], nextToken: `${continuationToken}0` };
    });

    expect(await world.redrive({ remaining: () => time })).toMatchObject({ stopped: 'deadline', remains: true });
  });
});
