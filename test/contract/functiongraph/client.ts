import { createRequire } from 'node:module';
import { ACCESS_KEY, type Answer, PROJECT_ID, SECRET_KEY, type Started, send, zipOf } from './start.ts';

/** The vendor's signer. */
const { AKSKSigner } = createRequire(import.meta.url)('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner');

/** Headers of a signed request; what is signed is the body that is sent. */
export function signedHeaders(
  method: string,
  base: string,
  path: string,
  body: unknown,
  key: { readonly accessKey: string; readonly secretKey: string } = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
): Record<string, string> {
  const [bare = '', query = ''] = path.split('?');
  const headers = { host: new URL(base).host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const request = {
    endpoint: `${base}${bare}`,
    url: bare,
    method,
    headers,
    data: body,
    queryParams: Object.fromEntries(new URLSearchParams(query)),
  };
  const options = { getAk: () => key.accessKey, getSk: () => key.secretKey };
  return { ...headers, ...AKSKSigner.sign(request, options) };
}

export interface Api {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Creates a function with a version and the alias `live`, and says their URNs. */
  deploy(name: string, code: string): Promise<{ readonly urn: string; readonly live: string }>;
  /** Creates a trigger; fails the test where it is refused. */
  trigger(urn: string, type: string, eventData: unknown, more?: object): Promise<Record<string, unknown>>;
}

/** The API of a local FunctionGraph. Paths begin behind `/v2/<project>`. */
export function apiOf({ fg }: Pick<Started, 'fg'>): Api {
  const call: Api['call'] = (method, path, body) => {
    const full = `/v2/${PROJECT_ID}${path}`;
    const headers = signedHeaders(method, fg.url, full, body);
    return send(method, fg.url, full, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  };
  const expectStatus = async (answer: Promise<Answer>, ...statuses: number[]): Promise<Record<string, unknown>> => {
    const { status, text, json } = await answer;
    if (!statuses.includes(status)) throw new Error(`HTTP ${status} ${text}`);
    return json;
  };
  return {
    call,
    async deploy(name, code) {
      const file = Buffer.from(zipOf(code)).toString('base64');
      const created = await expectStatus(
        call('POST', '/fgs/functions', {
          func_name: name,
          package: 'default',
          runtime: 'Node.js20.15',
          timeout: 10,
          handler: 'index.handler',
          memory_size: 128,
          code_type: 'zip',
          code_filename: 'index.zip',
          func_code: { file },
        }),
        200,
        201,
      );
      const urn = String(created['func_urn']).split(':').slice(0, 7).join(':');
      const version = await expectStatus(call('POST', `/fgs/functions/${urn}/versions`, { version: 'v1' }), 200, 201);
      const alias = await expectStatus(
        call('POST', `/fgs/functions/${urn}/aliases`, { name: 'live', version: version['version'] }),
        200,
        201,
      );
      return { urn, live: String(alias['alias_urn']) };
    },
    trigger: (urn, type, eventData, more = {}) =>
      expectStatus(
        call('POST', `/fgs/triggers/${urn}`, { trigger_type_code: type, event_data: eventData, ...more }),
        201,
      ),
  };
}
