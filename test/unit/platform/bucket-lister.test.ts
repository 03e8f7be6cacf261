import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BucketListerConfig, bucketListerFactory } from '#shared/platform/bucket-lister.ts';
import { MissingCredentialsError } from '#shared/platform/credentials.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { BucketConfigurationError, type ListedBucket } from '#shared/platform/listed-bucket.ts';
import { fakeContext } from '../../helpers/fake-context.ts';

interface Seen {
  readonly url: string;
  readonly authorization: string;
  readonly token: string | undefined;
}

const EMPTY = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
let server: Server;
let endpoint: string;
let seen: Seen[];
let lines: string[];
beforeEach(async () => {
  seen = [];
  lines = [];
  server = createServer(({ url = '', headers }, response) => {
    const token = headers['x-amz-security-token'];
    seen.push({
      url,
      authorization: headers.authorization ?? '',
      token: token === undefined ? undefined : String(token),
    });
    response.writeHead(200, { 'content-type': 'application/xml', 'x-amz-request-id': 'r' }).end(EMPTY);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const NO_KEYS = {
  srcAccessKey: undefined,
  srcSecretKey: undefined,
  dstAccessKey: undefined,
  dstSecretKey: undefined,
  accessKey: undefined,
  secretKey: undefined,
};
const SRC = { srcAccessKey: 'SRCKEY', srcSecretKey: 'src-secret' };
const DST = { dstAccessKey: 'DSTKEY', dstSecretKey: 'dst-secret' };
const configOf = (changes: Partial<BucketListerConfig> = {}) =>
  ({ region: 'cn-north-4', ...NO_KEYS, ...changes }) as BucketListerConfig;
const invocationOf = (context: Parameters<typeof fakeContext>[0] = {}) =>
  new Invocation(fakeContext(context), { level: 'debug', write: (_level, line) => lines.push(line) });

const bucketOf = (place: Partial<ListedBucket['place']> = {}, side: ListedBucket['side'] = 'source'): ListedBucket => ({
  side,
  place: { bucket: 'from', endpoint, ...place } as ListedBucket['place'],
  path: `ROUTES[0].${side}`,
});

async function list(
  bucket: ListedBucket,
  config = configOf(),
  invocation = invocationOf(),
  reserve = 0,
): Promise<Seen> {
  const lister = bucketListerFactory()(bucket, config, invocation, reserve);
  for await (const page of lister.pages({ bucket: bucket.place.bucket ?? '' })) expect(page.objects).toEqual([]);
  return seen.at(-1) as Seen;
}

describe('the key pair of a bucket', () => {
  it.each([
    ['source', SRC, 'SRCKEY'],
    ['destination', DST, 'DSTKEY'],
  ] as const)('is that of the variables of its side: %s', async (side, keys, accessKey) => {
    const { authorization, token } = await list(bucketOf({}, side), configOf({ ...SRC, ...DST, ...keys }));

    expect(authorization).toContain(`Credential=${accessKey}/`);
    expect(token).toBeUndefined();
  });

  it('is that of the variables that its route names', async () => {
    const variables = { KEY_A: 'NAMEDKEY', KEY_B: 'named-secret', KEY_C: 'named-token' };
    const credentials = { access_key: 'KEY_A', secret_key: 'KEY_B', security_token: 'KEY_C' };

    const { authorization, token } = await list(bucketOf({ credentials }), configOf(SRC), invocationOf({ variables }));

    expect(authorization).toContain('Credential=NAMEDKEY/');
    expect(token).toBe('named-token');
  });

  it('in OBS is the agency’s where nothing else is set', async () => {
    const { authorization, token } = await list(bucketOf(), configOf(DST), invocationOf());

    expect(authorization).toMatch(/Credential=[^/]+\//);
    expect(authorization).not.toContain('DSTKEY');
    expect(token).toBeDefined();
  });

  it('is asked of the invocation at hand, while connections are kept', async () => {
    const listerOf = bucketListerFactory();
    for (const accessKey of ['FIRST', 'SECOND']) {
      const variables = { A: accessKey, B: 'secret-of-it' };
      const bucket = bucketOf({ credentials: { access_key: 'A', secret_key: 'B' } });
      const lister = listerOf(bucket, configOf(), invocationOf({ variables }), 0);
      for await (const page of lister.pages({ bucket: 'from' })) expect(page.last).toBe(true);
    }

    expect(seen.map(({ authorization }) => /Credential=(\w+)/.exec(authorization)?.[1])).toEqual(['FIRST', 'SECOND']);
  });

  it('never gets into the log', async () => {
    const variables = { KEY_A: 'NAMEDKEY', KEY_B: 'named-secret' };
    const invocation = invocationOf({ variables });
    const credentials = { access_key: 'KEY_A', secret_key: 'KEY_B' };
    await list(bucketOf({ credentials }), configOf(), invocation);

    invocation.log.info('NAMEDKEY and named-secret');

    expect(lines.join('\n')).not.toMatch(/NAMEDKEY|named-secret/);
  });

  it('names the variable that is not set, before anything is listed', () => {
    const credentials = { access_key: 'KEY_A', secret_key: 'KEY_B' };
    const invocation = invocationOf({ variables: { KEY_A: 'x' } });

    expect(() => bucketListerFactory()(bucketOf({ credentials }), configOf(SRC), invocation, 0)).toThrow(
      new BucketConfigurationError({
        path: 'ROUTES[0].source.credentials.secret_key',
        rule: 'required',
        message: 'names the variable KEY_B, which is not set',
      }),
    );
  });

  it('of another cloud must be set', () => {
    const aws = bucketOf({ cloud: 'AWS', region: 'eu-west-1' } as Partial<ListedBucket['place']>);

    expect(() => bucketListerFactory()(aws, configOf(DST), invocationOf(), 0)).toThrow(
      'ROUTES[0].source.credentials is missing, and the variables SRC_ACCESS_KEY and SRC_SECRET_KEY are not set',
    );
  });

  it('is missing where the function has none either', () => {
    const bare = invocationOf({ accessKey: '', secretKey: '', securityToken: '' });

    expect(() => bucketListerFactory()(bucketOf(), configOf(), bare, 0)).toThrow(MissingCredentialsError);
  });
});

describe('where a bucket is listed', () => {
  it.each([
    [{}, /list-type=2/],
    [{ list_version: 1 }, /^(?!.*list-type)/],
  ])('with what its route says of it: %j', async (place, expected) => {
    const { url } = await list(bucketOf(place as Partial<ListedBucket['place']>), configOf(SRC));

    expect(url).toMatch(expected);
    expect(url).toMatch(/^\/from\//);
  });

  it('is signed for the region of the route, else of OMS', async () => {
    expect((await list(bucketOf({ region: 'ap-southeast-1' }), configOf(SRC))).authorization).toContain(
      '/ap-southeast-1/s3/',
    );
    expect((await list(bucketOf(), configOf(SRC))).authorization).toContain('/cn-north-4/s3/');
  });

  it.each([
    ['a cloud that nobody knows', { cloud: 'Elsewhere' }, 'ROUTES[0].source.cloud'],
    [
      'a cloud without an S3 interface',
      { cloud: 'Azure', region: 'eu', endpoint: undefined },
      'ROUTES[0].source.cloud',
    ],
    ['no region', { cloud: 'AWS' }, 'ROUTES[0].source.region'],
    ['a region that is none', { region: 'A B', endpoint: undefined }, 'ROUTES[0].source.region'],
    [
      'an endpoint that is not this machine’s, without TLS',
      { endpoint: 'http://example.com' },
      'ROUTES[0].source.endpoint',
    ],
  ])('is told with its path where it cannot be: %s', (_what, place, path) => {
    const bucket = bucketOf(place as Partial<ListedBucket['place']>);
    let error: unknown;
    try {
      bucketListerFactory()(bucket, configOf(SRC), invocationOf(), 0);
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(BucketConfigurationError);
    expect(error).toMatchObject({ details: [{ path }] });
  });

  it('is given up in time for what comes after', async () => {
    const invocation = invocationOf({ remaining: () => 5_000 });

    await expect(list(bucketOf(), configOf(SRC), invocation, 6_000)).rejects.toMatchObject({
      code: 'OmsSync.ObjectStoreDeadlineExceeded',
    });
    expect(seen).toEqual([]);
  });
});
