import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, send, temporaryFolder } from '../../../../contract/functiongraph/start.ts';
import { answering, code, config, creation, FUNCTIONS, signed, startApi, urnOf } from './plane.ts';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'kill-process.ts');

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; json: unknown }>;

/** Starts a control plane that is killed after `ms` milliseconds of work, whatever it is doing then. */
async function killedAfter(dataDir: string, ms: number, work: (call: Call) => Promise<void>): Promise<void> {
  const args = ['--import', 'tsx', SCRIPT, dataDir, ACCESS_KEY, SECRET_KEY, PROJECT_ID];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  await work((method, path, body) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    return send(method, url, path, { body: text, headers: signed(url, method, path, text) });
  }).catch(() => {});
  clearTimeout(timer);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it('a process that is killed at any moment leaves every function as it was before or after a change, none that was answered is lost', async () => {
  const dataDir = await temporaryFolder();
  const names = ['a', 'b', 'c'];
  /** Numbers by name: the last change that was asked for, and the last that was answered. */
  const sent: Record<string, number> = {};
  const answered: Record<string, number> = {};
  let n = 0;
  for (const ms of [20, 35, 50, 80, 120, 170, 230, 300]) {
    await killedAfter(dataDir, ms, async (call) => {
      const change = async (name: string): Promise<void> => {
        const f = `${FUNCTIONS}/${urnOf(name)}`;
        for (let round = 0; ; round++) {
          const number = ++n;
          sent[name] = number;
          // Code and settings of one creation belong together: both or none.
          if (round % 4 === 0) await call('DELETE', f);
          const body = { description: String(number), ...code(answering(String(number))) };
          const created = await call('POST', FUNCTIONS, creation(name, body));
          if (created.status === 200) answered[name] = number;
          await call('POST', `${f}/versions`, { version: `v${number}` });
          await call('PUT', `${f}/code`, code(answering(`other ${number}`)));
          await call('PUT', `${f}/config`, config(name, { description: String(number) }));
          await call('POST', `${f}/aliases`, { name: 'live', version: `v${number}` });
        }
      };
      await Promise.all(names.map(change));
    });
    const api = await startApi({ dataDir });
    const { json } = await api.call('GET', FUNCTIONS);
    for (const { func_name: name, description } of json.functions as { func_name: string; description: string }[]) {
      expect(Number(description)).toBeGreaterThanOrEqual(0);
      expect(Number(description)).toBeLessThanOrEqual(sent[name] ?? 0);
      const { versions } = (await api.call('GET', `${FUNCTIONS}/${urnOf(name)}/versions`)).json;
      for (const version of versions) {
        const shown = await api.call('GET', `${FUNCTIONS}/${urnOf(name, `:${version.version}`)}/code`);
        const file = Buffer.from(shown.json.func_code.file, 'base64');
        expect(createHash('sha512').update(file).digest('hex')).toBe(version.digest);
      }
      expect(await api.run1(urnOf(name))).toMatchObject({ version: 'latest' });
    }
    // One that was created with an answer, and not asked to be deleted since, is there.
    const there = new Set(json.functions.map((fn: { func_name: string }) => fn.func_name));
    for (const name of names)
      if (answered[name] === sent[name] && answered[name] !== undefined) expect(there).toContain(name);
    await api.fg.close();
  }
  expect(n).toBeGreaterThan(8);
}, 120_000);
