import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createHttpServer, sendJson } from '../http-server.ts';
import { isOfThisMachine } from '../own-machine.ts';
import { decodeLeniently, splitTarget } from '../sdk-hmac.ts';
import type { Router } from './control/router.ts';
import { ApiError } from './errors.ts';

interface ApiServices {
  readonly router: Router;
  readonly fireTimer: (key: string, timer: string) => Promise<{ requestId: string }>;
  readonly status: () => unknown;
  readonly log: (text: string) => void;
}

const FIRE = /^\/_timers\/([^/]+)\/([^/]+)\/fire$/;

/** The service's own API, and two calls that only the local cloud has, unsigned: its status, and firing a timer now. */
export function createApi(services: ApiServices): Server {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path] = splitTarget(request.url ?? '/');
    if (path !== '/_status' && !FIRE.test(path)) return services.router.handle(request, response);
    request.resume();
    return answer(services, path, request, response);
  };
  return createHttpServer(handle, {
    keepAlive: 65_000,
    onError: (error, response) => {
      if (response.headersSent) return;
      if (error instanceof ApiError) return refuse(response, error.status, error.code, error.message);
      services.log(error.message);
      refuse(response, 500, 'FSS.0500', 'Internal error');
    },
  });
}

async function answer(
  services: ApiServices,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOfThisMachine(request)) {
    return refuse(response, 403, 'FSS.0403', 'This call is taken from this machine only.');
  }
  const fire = FIRE.exec(path);
  const method = fire ? 'POST' : 'GET';
  if (request.method !== method) {
    response.setHeader('allow', method);
    return refuse(response, 405, 'FSS.0405', 'The method is not allowed');
  }
  if (!fire) return sendJson(response, 200, services.status());
  const { requestId } = await services.fireTimer(decodeLeniently(fire[1] ?? ''), decodeLeniently(fire[2] ?? ''));
  return sendJson(response, 202, { request_id: requestId });
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error_code: code, error_msg: message, request_id: randomUUID() });
}
