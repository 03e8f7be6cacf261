import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../accounts.ts';
import { closeServer, createHttpServer, readBody, sendJson } from '../http-server.ts';
import { listen } from '../listen.ts';
import { sameText } from '../sigv4.ts';
import type { Tokens } from './tokens.ts';

interface IamOptions {
  readonly port: number;
  readonly host?: string;
  readonly projectId: string;
  /** Name of the project: the region. */
  readonly region: string;
  /** A user is called as its access key, and its password is the secret key. */
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  /** Milliseconds that a token is valid; 24 hours by default. */
  readonly tokenLifetime?: number;
  readonly now?: () => number;
}

export interface IamServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const MAX_BODY = 64 * 1024;

class IamFault extends Error {
  override readonly name = 'IamFault';
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, message: string) {
    super(message);
    this.status = status;
    this.title = title;
  }
}

const badRequest = (message: string): IamFault => new IamFault(400, 'Bad Request', message);

/**
 * Starts a local IAM that issues tokens: `POST /v3/auth/tokens` with a password or an access key.
 * https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html
 * @throws PortInUseError
 */
export async function startIam(options: IamOptions): Promise<IamServer> {
  const { host = '127.0.0.1', now = Date.now } = options;

  const answer = async (request: IncomingMessage): Promise<{ token: string; body: unknown }> => {
    const path = (request.url ?? '').split('?', 1)[0];
    const text = await readBody(request, MAX_BODY);
    if (!text) throw new IamFault(413, 'Request Entity Too Large', 'The request is too large.');
    if (request.method !== 'POST' || path !== '/v3/auth/tokens')
      throw new IamFault(404, 'Not Found', 'The resource could not be found.');
    const { method, accessKey } = identify(parse(text.toString('utf8')), options);
    const { token, expiresAt } = options.tokens.issue(accessKey, options.tokenLifetime);
    const domain = { id: 'local', name: 'local' };
    const body = {
      token: {
        expires_at: writeTime(expiresAt),
        issued_at: writeTime(now()),
        methods: [method],
        user: { id: accessKey, name: accessKey, domain, password_expires_at: '' },
        project: { id: options.projectId, name: options.region, domain },
        roles: [],
        catalog: [],
      },
    };
    return { token, body };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { token, body } = await answer(request);
      sendJson(response, 201, body, { 'x-subject-token': token });
    } catch (error) {
      const { status, title, message } =
        error instanceof IamFault ? error : new IamFault(500, 'Internal Server Error', 'Internal error.');
      sendJson(response, status, { error: { code: status, message, title } });
    }
  };

  const server = createHttpServer(handle, { keepAlive: 5000, onError: () => {} });
  const port = await listen(server, { host, port: options.port, what: 'IAM' });
  return {
    url: `http://${host}:${port}`,
    port,
    close: () => closeServer(server, AbortSignal.abort()),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function identify(body: Fields, { accounts, projectId, region }: IamOptions): { method: string; accessKey: string } {
  const auth = fieldOf(body, 'auth');
  const identity = fieldOf(auth, 'identity', 'auth.');
  const methods = identity['methods'];
  const method = Array.isArray(methods) ? String(methods[0]) : undefined;
  let name: string;
  let secret: string;
  if (method === 'password') {
    const user = fieldOf(fieldOf(identity, 'password', 'auth.identity.'), 'user', 'auth.identity.password.');
    name = textOf(user, 'name', 'auth.identity.password.user.');
    secret = textOf(user, 'password', 'auth.identity.password.user.');
  } else if (method === 'hw_ak_sk') {
    const keys = fieldOf(identity, 'hw_ak_sk', 'auth.identity.');
    name = textOf(fieldOf(keys, 'access', 'auth.identity.hw_ak_sk.'), 'key', 'auth.identity.hw_ak_sk.access.');
    secret = textOf(fieldOf(keys, 'secret', 'auth.identity.hw_ak_sk.'), 'key', 'auth.identity.hw_ak_sk.secret.');
  } else throw badRequest('auth.identity.methods must hold password or hw_ak_sk.');
  const account = accounts.find(name);
  // Temporary keys cannot log in.
  if (!account || account.securityToken !== undefined || !sameText(account.secretKey, secret))
    throw new IamFault(401, 'Unauthorized', 'The username or password is wrong.');
  const scope = auth['scope'];
  if (isFields(scope) && isFields(scope['project'])) {
    const { id = projectId, name: called = region } = scope['project'];
    if (id !== projectId || called !== region)
      throw new IamFault(401, 'Unauthorized', 'The project is not one of the user.');
  }
  return { method, accessKey: name };
}

function fieldOf(parent: Fields, name: string, path = ''): Fields {
  const value = parent[name];
  if (!isFields(value)) throw badRequest(`${path}${name} must be an object.`);
  return value;
}

function textOf(parent: Fields, name: string, path: string): string {
  const value = parent[name];
  if (typeof value !== 'string' || value === '') throw badRequest(`${path}${name} must be a string.`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (isFields(value)) return value;
  } catch {
    // Refused below, like any text that is no JSON object.
  }
  throw badRequest('The request body is not a JSON object.');
}

/** `2026-11-21T10:00:00.000000Z` */
function writeTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}
