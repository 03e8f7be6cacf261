import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../scripts/chaos/kernel/kernel.ts';
import { Random } from '../../../scripts/chaos/kernel/random.ts';
import { type Fate, Machine } from '../../../scripts/chaos/machine/machine.ts';
import type { Answer, Message, Server } from '../../../scripts/chaos/machine/network.ts';
import { compile } from '../../../scripts/chaos/machine/subject.ts';

interface World {
  readonly kernel: Kernel;
  readonly machine: Machine;
  readonly received: Message[];
  readonly results: unknown[];
  readonly log: string[];
}

function world(
  code: string,
  options: { answer?: Answer; fate?: (label: string) => Fate; server?: Server } = {},
): World {
  const kernel = new Kernel(Date.UTC(2026, 0, 1));
  const received: Message[] = [];
  const log: string[] = [];
  const results: unknown[] = [];
  const server: Server = options.server ?? {
    reachable: () => 'yes',
    receive: (message) => {
      received.push(message);
      return { before: 0, after: 0, work: () => options.answer ?? { status: 200, headers: {}, body: 'ok' } };
    },
  };
  const machine = new Machine({
    name: 'm',
    program: compile(code, 'test.js'),
    kernel,
    random: new Random(1),
    network: (host) => (host === 'there' ? server : undefined),
    latency: () => 5,
    fate: options.fate ?? (() => 'lives'),
    log: (_level, line) => log.push(line),
  });
  machine.onKilled = (label) => results.push(`killed ${label}`);
  return { kernel, machine, received, results, log };
}

async function invoke({ kernel, machine, results }: World): Promise<void> {
  kernel.schedule(0, 'invoke', () => machine.invoke(1, {}, {}, (result) => results.push(result)));
  await kernel.run();
}

const CALL = `
  const https = require('node:https');
  const agent = new https.Agent({ keepAlive: true });
  const call = () => new Promise((resolve, reject) => {
    const request = https.request({ host: 'there', method: 'POST', path: '/../x%2F', headers: { Host: 'there' }, agent });
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => { body += chunk; });
      response.on('error', reject);
      response.on('end', () => resolve([response.statusCode, body, request.reusedSocket]));
    });
    request.end('hello');
  });`;

describe('a simulated process', () => {
  it('sees virtual time only', async () => {
    const run = world(`exports.handler = async () => {
      const before = [Date.now(), new Date().getTime(), new Date(5).getTime()];
      await new Promise((resolve) => setTimeout(resolve, 3600000));
      return [...before, Date.now() - before[0]];
    };`);
    await invoke(run);
    expect(run.results).toEqual([{ value: [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1), 5, 3_600_000] }]);
  });

  it('draws the same random numbers and ids each time', async () => {
    const code = `exports.handler = async () => [Math.random(), require('node:crypto').randomUUID(), Math.max(1, 2)];`;
    const [a, b] = [world(code), world(code)];
    await invoke(a);
    await invoke(b);
    expect(a.results).toEqual(b.results);
  });

  it('sends requests as they are written and gets answers', async () => {
    const run = world(`${CALL} exports.handler = async () => [await call(), await call()];`);
    await invoke(run);
    expect(run.results).toEqual([
      {
        value: [
          [200, 'ok', false],
          [200, 'ok', true],
        ],
      },
    ]);
    expect(run.received[0]).toMatchObject({ method: 'POST', target: '/../x%2F', headers: { host: 'there' } });
    expect(run.received[0]?.body.toString()).toBe('hello');
  });

  it('sees connections that break in the middle of an answer', async () => {
    const run = world(`${CALL} exports.handler = call;`, {
      answer: { status: 200, headers: {}, body: 'half of this', cut: true },
    });
    await invoke(run);
    expect(run.results).toEqual([{ error: expect.objectContaining({ code: 'ECONNRESET' }) }]);
  });

  it.each(['before POST', 'arrives'])('does nothing any more when it was killed; %s', async (point) => {
    const run = world(`${CALL} exports.handler = async () => { await call(); console.log('on'); await call(); };`, {
      fate: (label) => (label.startsWith(point === 'arrives' ? 'after answered' : point) ? 'is killed' : 'lives'),
    });
    await invoke(run);
    expect(run.received).toHaveLength(point === 'arrives' ? 1 : 0);
    expect(run.results).toEqual([expect.stringMatching(/^killed /)]);
    expect(run.log).toEqual([]);
  });

  it('goes on with what was left when the next invocation comes', async () => {
    const run = world(`exports.handler = async (event) => {
      setTimeout(() => console.log('late'), 10);
      return 'first';
    };`);
    run.kernel.schedule(0, 'first', () => run.machine.invoke(1, {}, {}, () => run.machine.freeze()));
    await run.kernel.run();
    expect(run.log).toEqual([]);
    run.kernel.schedule(0, 'second', () => run.machine.invoke(2, {}, {}, () => {}));
    await run.kernel.run();
    expect(run.log).toEqual(['late', 'late']);
  });

  it.each(['fs', 'child_process', 'net'])('has no module %s', (name) => {
    expect(() => world(`require('node:${name}');`)).toThrow(`The simulation has no module "node:${name}"`);
  });
});
