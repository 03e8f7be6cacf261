import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Authentication } from '../../../scripts/local/obs/auth.ts';
import { authenticate } from '../../../scripts/local/obs/authenticate.ts';
import { parseTarget } from '../../../scripts/local/obs/request.ts';
import { type EsdkClient, type EsdkRequest, esdkClient } from '../../helpers/esdk-obs.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_261_130;
const KEYS = { accessKey: 'AK', secretKey: 'secret/+=' };
const TOKEN = 'token/+=';
const HOST = 'localhost:8081';

interface Sent {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The store's verdict on a request as it is on the wire. */
function verify({ method, path, headers }: Sent, token: string | undefined, now = Date.now()): Authentication {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { rawPath, resource, query } = parseTarget(path, sent['host']);
  const account = { ...KEYS, ...(token === undefined ? {} : { securityToken: token }) };
  return authenticate(
    { method, rawPath, resource, query, headers: sent },
    { find: (accessKey) => (accessKey === KEYS.accessKey ? account : undefined), now: () => now },
  );
}

const SUBRESOURCES = ['acl', 'uploads', 'versions', 'policyStatus', 'object-lock', 'append', 'uploadId', 'partNumber'];
const OVERRIDES = ['response-content-type', 'response-content-disposition', 'versionId', 'x-image-process'];
const OTHERS = ['prefix', 'marker', 'max-keys', 'x-id'];

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('a b', 'a+b', '%2F', '&=?', '☃'));
const header = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/);
const request = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'HEAD', 'POST', 'DELETE'),
  bucket: fc.stringMatching(/^[a-z][a-z0-9.-]{2,12}$/),
  key: fc.oneof(
    text,
    fc
      .array(fc.constantFrom('..', '.', '', '%', 'a+b', "!'()*", '~', 'é', '😀'), { maxLength: 6 })
      .map((all) => all.join('/')),
  ),
  query: fc.uniqueArray(fc.tuple(fc.constantFrom(...SUBRESOURCES, ...OVERRIDES, ...OTHERS), text), {
    selector: ([name]) => name,
    maxLength: 4,
  }),
  meta: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/), header), {
    selector: ([name]) => name,
    maxLength: 3,
  }),
  type: fc.option(header, { nil: undefined }),
  md5: fc.option(header, { nil: undefined }),
  token: fc.option(fc.constant(TOKEN), { nil: undefined }),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

type Form = 'OBS' | 'AWS' | 'V4';
/** The client that signs in a form: the SDK signs with the scheme of OBS for virtual hosts only. */
const clientFor = (form: Form, token?: string): Promise<EsdkClient> =>
  esdkClient({
    access_key_id: KEYS.accessKey,
    secret_access_key: KEYS.secretKey,
    ...(token === undefined ? {} : { security_token: token }),
    server: `http://${HOST}`,
    path_style: form !== 'OBS',
    region: 'cn-north-4',
  });
const encode = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const encodePath = (path: string): string => path.split('/').map(encode).join('/');

/** Signed by the SDK in its headers. */
async function inHeaders(form: Form, given: Request): Promise<Sent> {
  const { util } = await clientFor(form);
  const { headerPrefix } = util.signatureContext;
  const query = given.query
    .map(([name, value]) => (value === '' ? name : `${encode(name)}=${encode(value)}`))
    .join('&');
  const path = encodePath(given.key);
  const built: EsdkRequest = {
    method: given.method,
    uri: `/${given.bucket}/${path}`,
    urlPath: query === '' ? '' : `?${query}`,
    headers: {
      Host: form === 'OBS' ? `${given.bucket}.${HOST}` : HOST,
      Date: new Date().toUTCString(),
      ...(given.type === undefined ? {} : { 'Content-Type': given.type }),
      ...(given.md5 === undefined ? {} : { 'Content-MD5': given.md5 }),
      ...Object.fromEntries(given.meta.map(([name, value]) => [`${headerPrefix}meta-${name}`, value])),
      ...(given.token === undefined ? {} : { [`${headerPrefix}security-token`]: given.token }),
    },
  };
  util[form === 'V4' ? 'v4Auth' : 'doAuth'](built, 'test', util.signatureContext);
  return {
    method: given.method,
    path: `${form === 'OBS' ? `/${path}` : built.uri}${built.urlPath}`,
    headers: built.headers,
  };
}

/** Signed by the SDK in the query. */
async function inQuery(form: Form, given: Request): Promise<Sent> {
  const client = await clientFor(form, given.token);
  const { headerPrefix } = client.util.signatureContext;
  const options = {
    Method: given.method,
    Bucket: given.bucket,
    // The SDK has no object without a name.
    Key: given.key || 'k',
    QueryParams: Object.fromEntries(given.query),
    Headers:
      form === 'V4'
        ? {}
        : Object.fromEntries(given.meta.map(([name, value]) => [`${headerPrefix}meta-${name}`, value])),
    Expires: 60,
  };
  const url = form === 'V4' ? client.createV4SignedUrlSync(options) : client.createV2SignedUrlSync(options);
  const { SignedUrl } = url;
  const [, host = '', path = ''] = /^http:\/\/([^/]*)(.*)$/s.exec(SignedUrl) ?? [];
  return { method: given.method, path, headers: { ...options.Headers, host } };
}

const FORMS = (['OBS', 'AWS', 'V4'] as const).flatMap((form) => [
  { form, where: 'headers', sign: inHeaders },
  { form, where: 'query', sign: inQuery },
]);

describe.each(FORMS)("signatures of $form in the $where, made by OBS's own SDK", ({ form, where, sign }) => {
  it('are right, and wrong when anything that they cover is another', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const sent = await sign(form, given);
        expect(verify(sent, given.token)).toMatchObject({ accessKey: KEYS.accessKey, presigned: where === 'query' });

        const [first] = Object.keys(sent.headers).filter((name) => /^x-(?:amz|obs)-meta-/.test(name));
        const changes: Sent[] = [
          { ...sent, method: sent.method === 'GET' ? 'PUT' : 'GET' },
          { ...sent, path: sent.path.replace(/\?|$/, 'x$&') },
          { ...sent, path: `${sent.path}${sent.path.includes('?') ? '&' : '?'}delete` },
          ...(first === undefined ? [] : [{ ...sent, headers: { ...sent.headers, [first]: 'other' } }]),
        ];
        for (const change of changes)
          expect(() => verify(change, given.token)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
      }),
      { seed: SEED, numRuns: runs(150) },
    );
  });

  it('hold for their time only, with their token only, and for a known key', async () => {
    const given: Request = {
      ...{
        method: 'GET',
        bucket: 'source',
        key: 'k',
        query: [],
        meta: [],
        type: undefined,
        md5: undefined,
        token: TOKEN,
      },
    };
    const sent = await sign(form, given);
    const expired = where === 'query' ? 'AccessDenied' : 'RequestTimeTooSkewed';
    expect(() => verify(sent, TOKEN, Date.now() + 14 * 60_000 * (where === 'query' ? 0 : 1))).not.toThrow();
    expect(() => verify(sent, TOKEN, Date.now() + 16 * 60_000)).toThrow(expect.objectContaining({ code: expired }));
    expect(() => verify(sent, 'another')).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
    const unsigned = await sign(form, { ...given, token: undefined });
    expect(() => verify(unsigned, TOKEN)).toThrow(expect.objectContaining({ code: 'InvalidAccessKeyId' }));
    const stranger = { ...sent, headers: { ...sent.headers } };
    const other = (value: string) => value.replaceAll(KEYS.accessKey, 'STRANGER');
    if (stranger.headers['Authorization']) stranger.headers['Authorization'] = other(stranger.headers['Authorization']);
    expect(() => verify({ ...stranger, path: other(stranger.path) }, TOKEN)).toThrow(
      expect.objectContaining({ code: 'InvalidAccessKeyId' }),
    );
  });
});
