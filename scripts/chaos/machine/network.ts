/** A request as a server receives it. */
export interface Message {
  readonly method: string;
  readonly host: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Half of the body arrives, then the connection breaks. */
  readonly cut?: true;
}

/** A server's treatment of a request. Times in milliseconds. */
export interface Service {
  /** Milliseconds until the work is done. */
  readonly before: number;
  /** Does it. Undefined: the connection breaks without an answer. */
  readonly work: () => Answer | undefined;
  /** Milliseconds from the work to the answer. */
  readonly after: number;
}

/** The program that asked. What a server did is compared with what the program says it did. */
export interface Caller {
  readonly machine: string;
  /** Attempt of the invocation that sent the request. */
  readonly attempt: number;
}

export interface Server {
  /** `refused`: nobody listens. `silent`: packets vanish. */
  readonly reachable: () => 'yes' | 'refused' | 'silent';
  readonly receive: (message: Message, caller: Caller) => Service;
}

/** Finds the server of a host name. */
export type Network = (host: string) => Server | undefined;
