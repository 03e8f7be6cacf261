import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

/**
 * Whether a request without a signature may be trusted: it comes from this machine and names it, so that a page in a
 * browser cannot get here by a name of its own that leads to 127.0.0.1, and no page of another server sent it.
 */
export function isOfThisMachine({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const { origin } = headers;
  return (
    (address.startsWith('127.') || address === '::1') &&
    LOOPBACK_HOST.test(headers.host ?? '') &&
    (origin === undefined || LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, '')))
  );
}
