import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { PlatformHandler } from '#shared/platform/stack.ts';
import { type FakeContextOptions, fakeContext } from './fake-context.ts';
import { type GatewayRequestOptions, gatewayEvent, readAnswer } from './gateway-event.ts';
import { loadHandler } from './load-handler.ts';
import { captureLog, type LogLines } from './log-lines.ts';
import { type OmsStub, startOmsStub } from './oms-stub.ts';

/** An OMS stub and captured log lines around every test of a file. */
export function useOmsStub() {
  const held: { stub?: OmsStub; log?: LogLines } = {};
  const stub = (): OmsStub => {
    if (!held.stub) throw new Error('the stub is not running');
    return held.stub;
  };
  beforeAll(async () => {
    held.stub = await startOmsStub();
  });
  beforeEach(() => {
    held.log = captureLog();
    stub().requests.length = 0;
    stub().reply = () => ({});
  });
  afterEach(() => held.log?.restore());
  afterAll(() => held.stub?.close());

  const variables = (more: Readonly<Record<string, string>> = {}) => ({
    OMS_REGION: 'cn-north-4',
    OMS_ENDPOINT: stub().url,
    OMS_MAX_ATTEMPTS: '1',
    ...more,
  });
  const handlers = new Map<string, Promise<PlatformHandler>>();
  /** The function, called as the platform calls it. Its instance is kept for those that have the same variables. */
  const load = async (name: string, options: FakeContextOptions = {}) => {
    const instance = JSON.stringify([name, options.variables]);
    const loaded = handlers.get(instance) ?? loadHandler(name);
    handlers.set(instance, loaded);
    const handler = await loaded;
    const context = () => fakeContext({ ...options, variables: variables(options.variables) });
    return {
      handler,
      invoke: (event: unknown) => handler(event, context()),
      request: async (method: string, path: string, body?: unknown, request: GatewayRequestOptions = {}) =>
        readAnswer(await handler(gatewayEvent(method, path, body, request), context())),
    };
  };
  return {
    load,
    /** Ends all instances: the next `load` is a cold start. */
    end: () => handlers.clear(),
    variables,
    get stub() {
      return stub();
    },
    get log() {
      if (!held.log) throw new Error('the log is not captured');
      return held.log;
    },
  };
}
