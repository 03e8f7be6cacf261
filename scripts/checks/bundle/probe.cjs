'use strict';
/**
 * Runs in a fresh process with an empty environment: loads one bundle the way the platform does and calls it once,
 * without configuration and without a network. Receives `{file, handler, initializer, http}` over IPC and answers
 * with a list of violations. No module besides Node's own may be loaded before the bundle.
 */
const dgram = require('node:dgram');
const dns = require('node:dns');
const Module = require('node:module');
const net = require('node:net');

/** @type {{rule: string, message: string}[]} */
const violations = [];
const report = (rule, message) => {
  if (!violations.some((known) => known.rule === rule && known.message === message)) violations.push({ rule, message });
};
const finish = () => process.send(violations, () => process.exit(0));
const parameters = ({ length }) => `${length} parameter${length === 1 ? '' : 's'}`;
const describe = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

process.on('uncaughtException', (error) => {
  report('answer', `raised outside of the call: ${describe(error)}`);
  finish();
});
// The parent gave up, or was killed.
process.on('disconnect', () => process.exit(1));

const refuse = (what) => {
  report('network', `uses the network without being configured (${what})`);
  throw new Error('There is no network in this check.');
};
net.Socket.prototype.connect = () => refuse('connect');
net.Server.prototype.listen = () => refuse('listen');
dgram.Socket.prototype.send = () => refuse('send');
dns.lookup = () => refuse('name lookup');

/** Every method of the platform's context, with nothing configured and no agency. */
const context = () => ({
  requestID: 'check',
  invokeID: 'check',
  traceID: '',
  alias: '',
  timeout: 5000,
  startTime: Date.now(),
  getRequestID: () => 'check',
  getRemainingTimeInMilliSeconds: () => 5000,
  getRunningTimeInSeconds: () => 5000,
  getUserData: () => undefined,
  getFunctionName: () => 'check',
  getVersion: () => 'latest',
  getPackage: () => 'default',
  getProjectID: () => 'check',
  getAlias: () => '',
  getMemorySize: () => '256',
  getCPUNumber: () => '0.4',
  getAccessKey: () => '',
  getSecretKey: () => '',
  getSecurityAccessKey: () => '',
  getSecuritySecretKey: () => '',
  getSecurityToken: () => '',
  getToken: () => '',
  getWorkflowID: () => '',
  getWorkflowRunID: () => '',
  getWorkflowStateID: () => '',
  getLogger: () => ({ info() {}, warn() {}, error() {}, debug() {}, setLevel() {} }),
});

/** A gateway request without a body. */
const gatewayEvent = () => ({
  httpMethod: 'GET',
  path: '/',
  headers: {},
  queryStringParameters: {},
  pathParameters: {},
  body: '',
  isBase64Encoded: false,
  requestContext: { apiId: 'check', requestId: 'check', stage: 'RELEASE' },
});

function load(file) {
  const original = Module._load;
  Module._load = function (request, ...rest) {
    if (request !== file && !Module.isBuiltin(request)) report('require', `asks for the module ${request}`);
    return original.call(this, request, ...rest);
  };
  try {
    return require(file);
  } catch (error) {
    report('load', `does not load: ${describe(error)}`);
    return undefined;
  }
}

/** A failure is fine here: there is no configuration. Not settling is not. */
async function callInitializer(initializer) {
  try {
    await new Promise((resolve, reject) => {
      const result = initializer(context(), (error) => (error ? reject(error) : resolve()));
      if (result instanceof Promise) result.then(resolve, reject);
    });
  } catch {}
}

async function callHandler(handler, http) {
  let promise;
  try {
    promise = handler(http ? gatewayEvent() : {}, context(), () => {});
  } catch (error) {
    return report('promise', `throws instead of returning a Promise: ${describe(error)}`);
  }
  if (!(promise instanceof Promise)) return report('promise', `returns ${typeof promise}, not a Promise`);
  let result;
  try {
    result = await promise;
  } catch (error) {
    if (http) return report('answer', `rejects instead of answering: ${describe(error)}`);
    if (!(error instanceof Error)) report('answer', `rejects with ${typeof error}, not an Error`);
    return undefined;
  }
  try {
    JSON.stringify(result);
  } catch (error) {
    return report('answer', `answers with what is not JSON: ${describe(error)}`);
  }
  if (http && !Number.isInteger(result?.statusCode)) report('answer', 'answers without an integer statusCode');
  return undefined;
}

process.once('message', async ({ file, handler: handlerName, initializer: initializerName, http }) => {
  const exported = load(file);
  if (exported === undefined) return finish();
  const handler = exported[handlerName];
  const initializer = initializerName && exported[initializerName];
  if (initializerName) {
    if (typeof initializer !== 'function') report('initializer', `does not export a function ${initializerName}`);
    else if (initializer.length !== 2)
      report('initializer', `${initializerName} has ${parameters(initializer)}, not 2`);
    else await callInitializer(initializer);
  }
  if (typeof handler !== 'function') report('handler', `does not export a function ${handlerName}`);
  else if (handler.length !== 2 && handler.length !== 3)
    report('handler', `${handlerName} has ${parameters(handler)}, not 2 or 3`);
  else await callHandler(handler, http);
  // One more turn of the event loop, for rejections that nobody awaits.
  setImmediate(() => setImmediate(finish));
});
