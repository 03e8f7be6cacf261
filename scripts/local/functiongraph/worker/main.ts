/**
 * A function instance: loads the deployed code and runs one request at a time by the rules of the platform's
 * Node.js runtime. Bundled into one CommonJS file and forked by the host.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Context } from './context.ts';
import { failure } from './failure.ts';
import { captureOutput } from './output.ts';
import type {
  Credentials,
  HostMessage,
  InitializeMessage,
  InvokeMessage,
  LoadMessage,
  LogLevel,
  RuntimeFailure,
  WorkerMessage,
} from './protocol.ts';

type Callback = (error?: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: Context, callback: Callback) => unknown;
type Initializer = (context: Context, callback: Callback) => unknown;

let load: LoadMessage | undefined;
let handler: Handler | undefined;
let initializer: Initializer | undefined;
/** Set when the code cannot be used at all: every request is answered with it. */
let entryFailure: RuntimeFailure | undefined;
let currentRequest = '';

const sendNow = process.send?.bind(process);
// The channel to the host is not the function's.
Reflect.deleteProperty(process, 'send');

function send(message: WorkerMessage): void {
  if (process.connected) sendNow?.(message);
}

function log(level: LogLevel, text: string): void {
  send({ type: 'log', requestId: currentRequest, level, text });
}

function loadCode(message: LoadMessage): void {
  load = message;
  captureOutput(log, message.logLineBytes);
  const dot = message.handler.lastIndexOf('.');
  try {
    const file = join(message.codeRoot, `${message.handler.slice(0, dot)}.js`);
    const module = createRequire(join(message.codeRoot, 'index.js'))(file) as Record<string, unknown>;
    const exported = module[message.handler.slice(dot + 1)];
    if (typeof exported !== 'function') throw new Error(`handler ${message.handler} is not a function`);
    if (exported.length !== 2 && exported.length !== 3) {
      throw new Error(`handler expect to have 2 or 3 parameters, but received ${exported.length}`);
    }
    handler = exported as Handler;
    loadInitializer(module, message);
  } catch (error) {
    entryFailure ??= failure(4001, error, message.codeRoot);
  }
  send({ type: 'loaded', initializer: initializer !== undefined, ...(entryFailure ? { failure: entryFailure } : {}) });
}

/** Only the export's name is used: the initializer lives in the handler's file. */
function loadInitializer(module: Record<string, unknown>, message: LoadMessage): void {
  const parts = message.initializer?.split('.') ?? [];
  // Anything but exactly one dot is skipped without a word.
  if (parts.length !== 2) return;
  const exported = module[parts[1] ?? ''];
  try {
    if (typeof exported !== 'function') throw new Error(`initializer ${message.initializer} is not a function`);
    if (exported.length !== 2) {
      throw new Error(`initializer expect to have 2 parameters, but received ${exported.length}`);
    }
    initializer = exported as Initializer;
  } catch (error) {
    entryFailure = failure(4009, error, message.codeRoot);
  }
}

function contextOf(
  message: LoadMessage,
  call: { timeout: number; credentials: Credentials; requestId?: string; traceId?: string; alias?: string },
): Context {
  return new Context({ ...call, userData: message.userData, log, env: process.env, now: Date.now });
}

function initialize(message: InitializeMessage): void {
  const { codeRoot } = load as LoadMessage;
  settle(
    (callback) => initializer?.(contextOf(load as LoadMessage, message), callback),
    () => send({ type: 'initialized' }),
    (error) => send({ type: 'initialized', failure: failure(4009, error, codeRoot) }),
  );
}

function invoke(message: InvokeMessage): void {
  const { codeRoot, responseBytes } = load as LoadMessage;
  currentRequest = message.requestId;
  const fail = (problem: RuntimeFailure): void => {
    log('ERROR', JSON.stringify(problem.body));
    send({ type: 'result', requestId: message.requestId, failure: problem });
  };
  if (entryFailure) {
    fail(entryFailure);
    return;
  }
  let event: unknown;
  try {
    event = JSON.parse(message.event);
  } catch (error) {
    fail(failure(4002, error, codeRoot));
    return;
  }
  settle(
    (callback) => handler?.(event, contextOf(load as LoadMessage, message), callback),
    (result) => {
      let payload: string;
      try {
        payload = serialise(result);
      } catch (error) {
        return fail(failure(4007, error, codeRoot));
      }
      const size = Buffer.byteLength(payload);
      if (size > responseBytes) {
        const error = new Error(`response body size ${size} exceeds the limit of ${responseBytes}`);
        return fail(failure(4004, error, codeRoot));
      }
      send({ type: 'result', requestId: message.requestId, payload });
    },
    (error) => fail(failure(4002, error, codeRoot)),
  );
}

/** Objects as JSON, everything else as String() makes it. */
function serialise(result: unknown): string {
  return typeof result === 'object' ? String(JSON.stringify(result)) : String(result);
}

/** First of Promise and callback wins; a result that is neither is ignored, so that the call runs into its timeout. */
function settle(
  call: (callback: Callback) => unknown,
  succeed: (result: unknown) => void,
  reject: (error: unknown) => void,
): void {
  let settled = false;
  const once =
    <T>(then: (value: T) => void) =>
    (value: T): void => {
      if (settled) return;
      settled = true;
      then(value);
    };
  const resolveOnce = once(succeed);
  const rejectOnce = once(reject);
  const callback: Callback = (error, result) => (error ? rejectOnce(error) : resolveOnce(result));
  try {
    const returned = call(callback);
    if (returned instanceof Promise) returned.then(resolveOnce, rejectOnce);
  } catch (error) {
    rejectOnce(error);
  }
}

process.on('message', (message: HostMessage) => {
  if (message.type === 'load') loadCode(message);
  else if (message.type === 'initialize') initialize(message);
  else invoke(message);
});
// Ctrl-C reaches the whole process group: the host decides when an instance ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
