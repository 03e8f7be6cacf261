import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The bytes behind the headers of a request. A client that sent `Expect: 100-continue` waits for a word before it sends
 * them: it gets that word when somebody reads, and a refusal that needs no body comes first.
 */
export class RequestBody implements AsyncIterator<Buffer> {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #source: AsyncIterator<Buffer>;
  #awaited: boolean;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#source = request.iterator({ destroyOnReturn: false });
    this.#awaited = request.headers.expect !== undefined;
  }

  /** Whether the client has not been told to go on. What it sends next on this connection would be anybody's guess. */
  get awaited(): boolean {
    return this.#awaited;
  }

  next(): Promise<IteratorResult<Buffer>> {
    if (this.#awaited) this.#response.writeContinue();
    this.#awaited = false;
    return this.#source.next();
  }

  /**
   * Takes the rest of a refused upload off the wire: the client may not read the answer before it has sent everything,
   * and the connection may serve the next request.
   */
  async discard(): Promise<void> {
    if (this.#request.complete && this.#request.readableEnded) return;
    await this.#source.return?.();
    this.#request.resume();
  }
}
