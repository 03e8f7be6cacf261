import { describe, expect, it } from 'vitest';
import { start } from './start.ts';

describe('entry', () => {
  it.each([
    ['async () => {}', 0],
    ['async (event) => {}', 1],
    ['async (event, context = {}) => {}', 1],
    ['async (...args) => {}', 0],
    ['async (a, b, c, d) => {}', 4],
  ])('refuses %s, which has %i parameters', async (handler, received) => {
    const { deploy, run } = await start();
    await deploy(`exports.handler = ${handler}`);

    const result = await run();

    expect(result).toMatchObject({
      outcome: 'error',
      code: 4001,
      error: {
        errorMessage: `function entry exception, error: handler expect to have 2 or 3 parameters, but received ${received}`,
      },
    });
  });

  it('reports code that cannot be loaded, with frames of the function only', async () => {
    const { deploy, run } = await start();
    await deploy(`\nthrow new TypeError('broken at load')`);

    const result = await run();

    expect(result).toMatchObject({ outcome: 'error', code: 4001 });
    expect(JSON.parse(result.payload)).toEqual({
      errorMessage: 'function entry exception, error: broken at load',
      errorType: 'TypeError',
      stackTrace: [expect.stringMatching(/^at .*\(?\.\/index\.js:2:7\)?$/)],
    });
  });

  it.each([
    ['index.missing', 'handler index.missing is not a function'],
    ['other.handler', /Cannot find module/],
  ])('reports the handler %s', async (handler, message) => {
    const { deploy, run } = await start();
    await deploy('exports.handler = async (event, context) => 1', { handler });

    const result = await run();

    expect(result).toMatchObject({ outcome: 'error', code: 4001 });
    expect(JSON.parse(result.payload).errorMessage).toMatch(message);
  });

  it('loads with require, so an ES module is no function', async () => {
    const { deploy, run } = await start();
    await deploy('export const handler = async (event, context) => 1');

    expect(await run()).toMatchObject({ outcome: 'error', code: 4001, error: { errorType: 'SyntaxError' } });
  });
});

describe('result', () => {
  it.each([
    ['({ a: 1 })', '{"a":1}'],
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['"text"', 'text'],
    ['12', '12'],
    ['true', 'true'],
    ['[1, 2]', '[1,2]'],
  ])('is serialised: %s', async (value, payload) => {
    const { deploy, run } = await start();
    await deploy(`exports.handler = async (event, context) => ${value}`);

    expect(await run()).toMatchObject({ outcome: 'success', payload });
  });

  it('may come by callback, of which only the first counts', async () => {
    const { deploy, run } = await start();
    await deploy(
      'exports.handler = (event, context, callback) => { callback(null, event.n); callback(new Error("late")) }',
    );

    expect(await run({ n: 7 })).toMatchObject({ outcome: 'success', payload: '7' });
  });

  it('may be an error by callback', async () => {
    const { deploy, run } = await start();
    await deploy('exports.handler = (event, context, callback) => callback(new RangeError("no"))');

    expect(await run()).toMatchObject({
      outcome: 'error',
      code: 4002,
      error: { errorMessage: 'function invocation exception, error: no', errorType: 'RangeError' },
    });
  });

  it('is ignored when it is neither Promise nor callback, so that the call runs into its timeout', async () => {
    const { deploy, run } = await start();
    await deploy('exports.handler = (event, context) => "lost"', { timeout: 0.3 });

    expect(await run()).toMatchObject({ outcome: 'timeout', error: { errorType: 'TimeoutError' } });
  });

  it('is an error when it is circular', async () => {
    const { deploy, run } = await start();
    await deploy('exports.handler = async (event, context) => { const a = {}; a.a = a; return a }');

    expect(await run()).toMatchObject({ outcome: 'error', code: 4007 });
  });

  it('may have 6 MB and not a byte more', async () => {
    const { deploy, run } = await start();
    await deploy('exports.handler = async (event, context) => "x".repeat(event.size)');

    expect((await run({ size: 6_291_456 })).payload).toHaveLength(6_291_456);
    expect(await run({ size: 6_291_457 })).toMatchObject({
      outcome: 'error',
      code: 4004,
      error: { errorMessage: 'response body size 6291457 exceeds the limit of 6291456' },
    });
  });

  it.each([
    ['throw new Error("sync")', 'sync', 'Error'],
    ['return Promise.reject(new TypeError("rejected"))', 'rejected', 'TypeError'],
    ['throw "text"', 'text', 'string'],
    ['return Promise.reject()', 'undefined', 'undefined'],
  ])('is an error after: %s', async (statement, message, errorType) => {
    const { deploy, run, logs } = await start();
    await deploy(`exports.handler = (event, context) => { ${statement} }`);

    const result = await run();

    expect(result).toMatchObject({
      outcome: 'error',
      code: 4002,
      error: { errorMessage: `function invocation exception, error: ${message}`, errorType },
    });
    expect(logs).toContainEqual(
      expect.objectContaining({ level: 'ERROR', requestId: result.requestId, text: result.payload }),
    );
  });
});

describe('context', () => {
  it('has every documented method', async () => {
    const { deploy, run, accounts } = await start();
    await deploy(
      `exports.handler = async (event, c) => ({
        requestId: c.getRequestID(), field: c.requestID, invokeID: c.invokeID, trace: typeof c.traceID, others: typeof c.getTraceID + typeof c.getRemainingTimeInMillis,
        remaining: c.getRemainingTimeInMilliSeconds(), running: c.getRunningTimeInSeconds(), timeout: c.timeout,
        plain: c.getUserData('PLAIN'), secret: c.getUserData('SECRET'), missing: c.getUserData('nothing') === undefined,
        proto: c.getUserData('toString') === undefined, name: c.getFunctionName(), version: c.getVersion(),
        package: c.getPackage(), project: c.getProjectID(), alias: c.getAlias(), memory: c.getMemorySize(),
        cpu: typeof c.getCPUNumber(), ak: c.getAccessKey(), sk: c.getSecretKey(), token: c.getToken(),
        sak: c.getSecurityAccessKey(), ssk: c.getSecuritySecretKey(), st: c.getSecurityToken(),
        workflow: [c.getWorkflowID(), c.getWorkflowRunID(), c.getWorkflowStateID()], age: Date.now() - c.startTime,
      })`,
      { environment: { PLAIN: 'p' }, encryptedEnvironment: { SECRET: 's' }, agency: 'an-agency' },
    );

    const result = await run();
    const seen = JSON.parse(result.payload);

    expect(seen).toMatchObject({
      requestId: result.requestId,
      field: result.requestId,
      invokeID: result.requestId,
      trace: 'string',
      others: 'undefinedundefined',
      running: 10_000,
      timeout: 10_000,
      plain: 'p',
      secret: 's',
      missing: true,
      proto: true,
      name: 'service-local-f',
      version: 'latest',
      package: 'default',
      project: 'project',
      alias: '',
      memory: '128',
      cpu: 'string',
      ak: '',
      sk: '',
      token: '',
      workflow: ['', '', ''],
    });
    expect(seen.remaining).toBeGreaterThan(5000);
    expect(seen.remaining).toBeLessThanOrEqual(10_000);
    expect(seen.age).toBeLessThan(5000);
    expect(accounts.find(seen.sak)).toMatchObject({ secretKey: seen.ssk, securityToken: seen.st });
  });

  it('has no credentials without an agency', async () => {
    const { deploy, run } = await start();
    await deploy(
      'exports.handler = async (e, c) => [c.getSecurityAccessKey(), c.getSecuritySecretKey(), c.getSecurityToken()]',
    );

    expect((await run()).payload).toBe('["","",""]');
  });

  it('renews credentials after ten minutes and not before', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { deploy, run } = await start({ now: () => now });
    await deploy('exports.handler = async (e, c) => c.getSecurityAccessKey()', { agency: 'an-agency' });

    const first = (await run()).payload;
    now += 599_000;
    const second = (await run()).payload;
    now += 2000;
    const third = (await run()).payload;

    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('logs from info upwards until setLevel', async () => {
    const { deploy, run, logs } = await start();
    await deploy(`exports.handler = async (e, c) => {
      const log = c.getLogger(); log.debug('no'); log.info('one', { a: 1 }); log.setLevel('debug'); log.debug('two');
      log.setLevel('error'); log.warn('no'); log.error('three') }`);

    const { requestId } = await run();

    expect(logs.map(({ level, text, requestId: id }) => [level, text, id])).toEqual([
      ['INFO', 'one {"a":1}', requestId],
      ['DEBUG', 'two', requestId],
      ['ERROR', 'three', requestId],
    ]);
  });
});

describe('process', () => {
  it("has the platform's environment and nothing of the host's", async () => {
    process.env['HOST_SECRET'] = 'never';
    const { deploy, run } = await start();
    await deploy('exports.handler = async (e, c) => ({ ...process.env, send: typeof process.send })', {
      environment: { PLAIN: 'p' },
      encryptedEnvironment: { SECRET: 's' },
    });

    const environment = JSON.parse((await run()).payload);

    expect(environment).toMatchObject({
      RUNTIME_PROJECT_ID: 'project',
      RUNTIME_FUNC_NAME: 'service-local-f',
      RUNTIME_HANDLER: 'index.handler',
      RUNTIME_TIMEOUT: '10',
      RUNTIME_USERDATA: '{"PLAIN":"p"}',
      RUNTIME_MAX_RESP_BODY_SIZE: '6291456',
      send: 'undefined',
    });
    const others = Object.keys(environment).filter((name) => !name.startsWith('RUNTIME_') && name !== 'send');
    expect(others.sort()).toEqual(['HOME', 'LANG', 'PATH', 'TZ']);
  });

  it('has its output captured as lines with request id and level', async () => {
    const { deploy, run, logs } = await start();
    await deploy(`exports.handler = async (e, c) => {
      console.log('a\\nb'); console.error('c'); process.stdout.write('d\\n'); require('fs').writeSync(1, 'direct\\n') }`);

    const { requestId } = await run();
    await expect.poll(() => logs.length).toBe(5);

    expect(
      logs.filter(({ text }) => text !== 'direct').map(({ level, text, requestId: id }) => [level, text, id]),
    ).toEqual([
      ['INFO', 'a', requestId],
      ['INFO', 'b', requestId],
      ['ERROR', 'c', requestId],
      ['INFO', 'd', requestId],
    ]);
    expect(logs).toContainEqual(expect.objectContaining({ level: 'INFO', text: 'direct', requestId }));
  });

  it('splits a line of more than 90 KiB', async () => {
    const { deploy, run, logs } = await start();
    await deploy('exports.handler = async (e, c) => { console.log("é".repeat(50000)) }');

    await run();

    expect(logs.map(({ text }) => Buffer.byteLength(text))).toEqual([92_160, 7840]);
  });

  it('is killed at the timeout, even in a busy loop, and the next call gets a fresh one', async () => {
    const { deploy, run } = await start();
    await deploy('let n = 0; exports.handler = async (e, c) => { if (e.loop) for (;;); return [process.pid, ++n] }', {
      timeout: 0.5,
    });

    const [pid] = JSON.parse((await run()).payload);
    expect(await run({ loop: true })).toMatchObject({ outcome: 'timeout', cold: false });
    const after = await run();

    expect(after.cold).toBe(true);
    expect(JSON.parse(after.payload)[0]).not.toBe(pid);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it.each([
    ['process.exit(3)', 'exited with code 3'],
    ['setImmediate(() => { throw new Error("uncaught") }); return new Promise(() => {})', 'exited with code 1'],
    ['process.kill(process.pid, "SIGKILL")', 'killed by SIGKILL'],
  ])('that ends in the middle of a call is an error: %s', async (statement, reason) => {
    const { deploy, run } = await start();
    await deploy(`exports.handler = (e, c) => { if (e.end) { ${statement} } return Promise.resolve('fine') }`);

    expect(await run({ end: true })).toMatchObject({
      outcome: 'crash',
      error: { errorMessage: `the function's process ${reason}` },
    });
    expect(await run()).toMatchObject({ outcome: 'success', payload: 'fine', cold: true });
  });

  it('is warm for the next call: its module state stays', async () => {
    const { deploy, run } = await start();
    await deploy('let n = 0; exports.handler = async (e, c) => ++n');

    expect(await run()).toMatchObject({ payload: '1', cold: true });
    expect(await run()).toMatchObject({ payload: '2', cold: false });
  });
});

describe('initializer', () => {
  const counting = (initializer: string): string =>
    `let n = 0; exports.initializer = ${initializer}; exports.handler = async (e, c) => n`;

  it.each([['async (context, callback) => { n++ }'], ['(context, callback) => { n++; callback() }']])(
    'runs once per instance: %s',
    async (initializer) => {
      const { deploy, run } = await start();
      await deploy(counting(initializer), { initializer: 'index.initializer' });

      expect((await run()).payload).toBe('1');
      expect((await run()).payload).toBe('1');
    },
  );

  it('has a context without a request id', async () => {
    const { deploy, run } = await start();
    await deploy(
      `let seen; exports.initializer = async (c, callback) => { seen = [c.getRequestID() === undefined, c.getUserData('A'), c.timeout] };
       exports.handler = async (e, c) => seen`,
      { initializer: 'index.initializer', initializerTimeout: 2, environment: { A: '1' } },
    );

    expect((await run()).payload).toBe('[true,"1",2000]');
  });

  it('must have two parameters', async () => {
    const { deploy, run } = await start();
    await deploy(counting('async (context) => {}'), { initializer: 'index.initializer' });

    expect(await run()).toMatchObject({
      outcome: 'error',
      code: 4009,
      error: { errorMessage: expect.stringContaining('initializer expect to have 2 parameters, but received 1') },
    });
  });

  it('is skipped without a word when its name has not exactly one dot', async () => {
    const { deploy, run } = await start();
    await deploy(counting('async (context, callback) => { n++ }'), { initializer: 'src.index.initializer' });

    expect((await run()).payload).toBe('0');
  });

  it('is tried three times', async () => {
    const { deploy, run } = await start();
    const failing = (until: number): string =>
      counting(`async (c, callback) => { n++; if (n < ${until}) throw new Error('attempt ' + n) }`);

    await deploy(failing(3), { initializer: 'index.initializer' });
    expect((await run()).payload).toBe('3');

    await deploy(failing(4), { initializer: 'index.initializer' });
    expect(await run()).toMatchObject({
      outcome: 'error',
      code: 4009,
      error: { errorMessage: 'function initialization exception, error: attempt 3' },
    });
  });

  it('that takes too long is ended with its process, and tried again in a fresh one', async () => {
    const { deploy, run, fg } = await start();
    await deploy(counting('(context, callback) => { for (;;); }'), {
      initializer: 'index.initializer',
      initializerTimeout: 0.1,
    });

    expect(await run()).toMatchObject({
      outcome: 'error',
      code: 4009,
      error: { errorMessage: 'function initialization exception, error: timed out after 100 ms' },
    });
    await expect.poll(() => fg.stats().functions['f']?.instances).toBe(0);
  });
});
