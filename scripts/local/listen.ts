import type { Server } from 'node:net';

export class PortInUseError extends Error {
  readonly port: number;

  constructor(port: number, what: string, options?: ErrorOptions) {
    super(`Port ${port} for ${what} is already in use`, options);
    this.name = 'PortInUseError';
    this.port = port;
  }
}

interface ListenOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** The listener's name in the error message: `the object store`. */
  readonly what: string;
}

/** Starts listening and resolves with the port. Throws PortInUseError, or the system's error. */
export function listen(server: Server, { host, port, what }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port, what, { cause: error }) : error);
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error(`${what} does not listen on a port`));
      else resolve(address.port);
    });
  });
}
