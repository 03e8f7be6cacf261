import { type Answer, type Exchange, type Sender, TransportFailure } from '#shared/http/transport.ts';

/** An answer, a failure, or what depends on the request. */
export type Outcome = Answer | Error | ((exchange: Exchange) => Answer);

/** A network that treats one request after the other as told; the last treatment repeats. */
export class StubNetwork implements Sender {
  readonly exchanges: Exchange[] = [];
  readonly #outcomes: readonly Outcome[];

  constructor(...outcomes: readonly Outcome[]) {
    this.#outcomes = outcomes;
  }

  async send(exchange: Exchange): Promise<Answer> {
    this.exchanges.push(exchange);
    const outcome = this.#outcomes[Math.min(this.exchanges.length, this.#outcomes.length) - 1];
    if (outcome === undefined) throw new Error('a request that no test expects');
    if (outcome instanceof Error) throw outcome;
    return typeof outcome === 'function' ? outcome(exchange) : outcome;
  }
}

/** A connection that broke. */
export function broken(
  state: { readonly sent?: boolean; readonly stale?: boolean; readonly code?: string } = {},
): Error {
  const { sent = true, stale = false, code = 'ECONNRESET' } = state;
  return new TransportFailure('connection', code, { sent, stale, status: undefined });
}
