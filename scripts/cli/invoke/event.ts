import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { parseJson } from '#shared/validation/json.ts';
import { type Context, textOf } from '../command.ts';
import { UsageError } from '../errors.ts';

/**
 * The event of `--data` or `--file`, or the request of `--method` and `--path`; an empty one without them.
 *
 * @throws UsageError where it is not JSON, has a member twice, or the file cannot be read
 */
export async function readEvent(context: Pick<Context, 'values'>): Promise<unknown> {
  const data = textOf(context, 'data');
  const file = textOf(context, 'file');
  const method = textOf(context, 'method');
  if ([data, file, method].filter((given) => given !== undefined).length > 1)
    throw new UsageError('--data, --file and --method exclude each other.');
  if (method !== undefined) return requestOf(method, textOf(context, 'path'), textOf(context, 'body'));
  for (const name of ['path', 'body'])
    if (textOf(context, name) !== undefined) throw new UsageError(`--${name} needs --method.`);
  if (data === undefined && file === undefined) return {};
  const source = data === undefined ? String(file) : '--data';
  const text = data ?? (await readSource(String(file)));
  try {
    return parseJson(text);
  } catch (error) {
    throw new UsageError(`The event of ${source} cannot be sent: ${(error as Error).message}`);
  }
}

async function readSource(path: string): Promise<string> {
  if (path === '-') return readAll(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/**
 * The event that a gateway makes of an HTTP request.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0204.html
 */
function requestOf(method: string, path: string | undefined, body: string | undefined): unknown {
  if (path === undefined || !path.startsWith('/'))
    throw new UsageError('--method needs --path, which begins with a slash: --path /sync-tasks?limit=10');
  const [plain = '', query = ''] = path.split(/\?(.*)/s);
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query))
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  return {
    httpMethod: method.toUpperCase(),
    path: plain,
    headers: { 'content-type': 'application/json' },
    // The gateway passes a parameter that is there twice on as a list.
    queryStringParameters: Object.fromEntries(
      [...parameters].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    ),
    pathParameters: {},
    isBase64Encoded: false,
    body: body ?? '',
    requestContext: { requestId: randomUUID(), stage: 'RELEASE', apiId: '' },
  };
}
