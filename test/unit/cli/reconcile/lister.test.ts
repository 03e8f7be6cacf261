import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NoSuchBucketError } from '#shared/objectstore/errors.ts';
import { listerOf } from '../../../../scripts/cli/reconcile/lister.ts';
import type { Side } from '../../../../scripts/cli/reconcile/side.ts';

const EMPTY = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
const NONE = '<Error><Code>NoSuchBucket</Code></Error>';

describe('what lists a side', () => {
  let server: Server;
  let endpoint: string;
  let urls: string[] = [];
  let authorizations: (string | undefined)[] = [];
  let answer = { status: 200, body: EMPTY };

  beforeAll(async () => {
    server = createServer((request, response) => {
      urls.push(request.url ?? '');
      authorizations.push(request.headers.authorization);
      response.writeHead(answer.status, { 'content-type': 'application/xml', 'x-amz-request-id': '1' });
      response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    [urls, authorizations, answer] = [[], [], { status: 200, body: EMPTY }];
  });

  const side = (more: Partial<Side> = {}): Side => ({
    bucket: 'bucket',
    prefix: '',
    cloud: 'AWS',
    endpoint,
    region: 'eu-west-1',
    keys: { accessKey: 'AK', secretKey: 'secret' },
    ...more,
  });
  const list = async (lister: ReturnType<typeof listerOf>): Promise<void> => {
    for await (const _ of lister.pages({ bucket: 'bucket', prefix: 'a/../b' }));
  };

  it('signs with its keys for its region, and asks in the version of its cloud', async () => {
    await list(listerOf(side()));

    expect(urls[0]).toMatch(/^\/bucket\/\?.*list-type=2/);
    expect(urls[0]).toContain('prefix=a%2F..%2Fb');
    expect(authorizations[0]).toMatch(/Credential=AK\/\d+\/eu-west-1\/s3\//);
  });

  it.each([
    [1, false],
    [2, true],
  ] as const)('asks in version %d where a flag says so', async (listVersion, isSecond) => {
    await list(listerOf(side({ cloud: isSecond ? 'Tencent' : 'AWS', listVersion })));
    expect(urls[0]?.includes('list-type=2')).toBe(isSecond);
  });

  it('remembers what went wrong', async () => {
    answer = { status: 404, body: NONE };
    const lister = listerOf(side());
    expect(lister.error).toBeUndefined();
    await expect(list(lister)).rejects.toThrow(NoSuchBucketError);
    expect(lister.error).toBeInstanceOf(NoSuchBucketError);
  });
});
