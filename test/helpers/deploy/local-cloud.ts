import { type Answer, type Exchange, type Sender, Transport, TransportFailure } from '#shared/http/transport.ts';
import type { DeployTarget } from '../../../scripts/deploy/types.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Started, start } from '../../contract/functiongraph/start.ts';

/** Calls of a deployment on their way to the local FunctionGraph: counted, and lost where a test says so. */
interface Wire {
  readonly calls: { readonly method: string; readonly target: string }[];
  /** Number of the call from which on nothing gets through: the process that deploys was killed. */
  killAt: number;
  /** Whether the call at which it happens reaches the service. */
  fate: 'before' | 'after';
  /** Calls between the answer to a trigger's deletion and the deletion itself. */
  deletion: number;
  readonly late: { readonly exchange: Exchange; calls: number }[];
}

export interface LocalDeployment {
  readonly fg: Started['fg'];
  readonly wire: Wire;
  readonly target: DeployTarget;
  /** Calls that change something, since the last question. */
  writes(): string[];
}

/** A local FunctionGraph, and the way to it. */
export async function localCloud(options: Parameters<typeof start>[0] = {}): Promise<LocalDeployment> {
  const { fg } = await start(options);
  const wire: Wire = { calls: [], killAt: Number.POSITIVE_INFINITY, fate: 'before', deletion: 0, late: [] };
  const credentials = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  return {
    fg,
    wire,
    target: {
      endpoint: fg.url,
      logsEndpoint: fg.url,
      region: 'cn-north-4',
      projectId: PROJECT_ID,
      credentials: () => credentials,
      connect: (server) => new Interrupted(new Transport(server), wire),
      clock: { now: () => Date.now(), sleep: async () => {}, random: () => 0 },
    },
    writes: () =>
      wire.calls
        .splice(0)
        .filter(({ method }) => method !== 'GET')
        .map(({ method, target: path }) => `${method} ${path}`),
  };
}

class Interrupted implements Sender {
  readonly #passed: Sender;
  readonly #wire: Wire;

  constructor(passed: Sender, wire: Wire) {
    this.#passed = passed;
    this.#wire = wire;
  }

  async send(exchange: Exchange): Promise<Answer> {
    this.#wire.calls.push(exchange);
    const { late, deletion } = this.#wire;
    for (const one of late) one.calls -= 1;
    for (const one of late.filter(({ calls }) => calls <= 0)) {
      late.splice(late.indexOf(one), 1);
      await this.#passed.send(one.exchange);
    }
    if (deletion > 0 && exchange.method === 'DELETE' && /\/triggers\/[^/]+\/[^/]+\//.test(exchange.target)) {
      late.push({ exchange, calls: deletion });
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    }
    const number = this.#wire.calls.length;
    if (number === this.#wire.killAt && this.#wire.fate === 'after') await this.#passed.send(exchange);
    if (number < this.#wire.killAt) return this.#passed.send(exchange);
    throw new TransportFailure('connection', 'ECONNRESET', { sent: true, stale: false, status: undefined });
  }
}
