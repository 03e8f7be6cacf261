import { forEachLimited } from '../deploy/plan/limited.ts';
import type { FunctionConfig, ServerlessConfig } from '../serverless/config.ts';
import type { FunctionGraph } from './functiongraph/server.ts';

export class UnusableFunctionError extends Error {
  override readonly name = 'UnusableFunctionError';
}

/** Invokes a function of the gateway with a path that nobody asks for, another one with a notification of nothing. */
const GATEWAY_EVENT = {
  httpMethod: 'GET',
  path: '/',
  headers: {},
  queryStringParameters: {},
  pathParameters: {},
  requestContext: { apiId: 'probe', requestId: 'probe', stage: 'RELEASE' },
  body: '',
  isBase64Encoded: false,
};

/** Functions that would do their work when they are invoked like that. */
const OWN_EVENTS: Readonly<Record<string, unknown>> = {
  redrive: { dry_run: true, limit: 1 },
  // No route has the name: refused, once the variables are read.
  reconcile: { dry_run: true, route: 'npm start looks whether the function runs' },
};

/**
 * Invokes the function once with an event that changes nothing, so that a mistake in its variables is seen when the
 * local cloud starts and not when an object is missing. Throws UnusableFunctionError.
 */
export async function probe(
  host: FunctionGraph,
  key: string,
  fn: FunctionConfig,
  lastError: (key: string) => string | undefined,
): Promise<void> {
  const ownEvent = OWN_EVENTS[key];
  const behindGateway = ownEvent === undefined && fn.events.some((event) => 'apig' in event);
  const result = await host.invoke(key, ownEvent ?? (behindGateway ? GATEWAY_EVENT : { Records: [] }));
  if (result.outcome === 'accepted') return;
  const reason = result.outcome === 'success' ? undefined : result.error.errorMessage;
  const status = result.outcome === 'success' && behindGateway ? statusOf(result.payload) : undefined;
  if (reason === undefined && (status === undefined || status < 500)) return;
  throw new UnusableFunctionError(`${key} cannot run: ${reason ?? lastError(key) ?? `it answers ${status}`}`);
}

/** Processes that are started at a time; more only stand in each other's way. */
const AT_A_TIME = 3;

/** Probes every function. Throws UnusableFunctionError of the first that cannot do its work. */
export async function probeAll(
  host: FunctionGraph,
  config: ServerlessConfig,
  lastError: (key: string) => string | undefined,
): Promise<void> {
  await forEachLimited(Object.entries(config.functions), AT_A_TIME, (entry) => probe(host, ...entry, lastError));
}

function statusOf(payload: string): number | undefined {
  try {
    return (JSON.parse(payload) as { statusCode?: number }).statusCode;
  } catch {
    return undefined;
  }
}
