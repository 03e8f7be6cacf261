import { type Stack, startStack } from '../stack.ts';
import { type Arrival, preciseNow, type Reply, type Request } from './protocol.ts';

const FLUSH_INTERVAL = 50;

const reply = (message: Reply): void => {
  if (process.connected) process.send?.(message);
};

const aborter = new AbortController();
let starting: Promise<Stack> | undefined;
let arrivals: Arrival[] = [];

const flush = (): void => {
  if (arrivals.length > 0) reply({ type: 'arrived', arrivals });
  arrivals = [];
};

function start({ dataDir, keyDecoding }: Request & { type: 'start' }): void {
  starting = startStack({
    dataDir,
    portBase: 0,
    keyDecoding,
    signal: aborter.signal,
    onCopied: ({ key }) => arrivals.push({ key, at: preciseNow() }),
    say: (line) => reply({ type: 'say', line }),
    log: (line) => reply({ type: 'log', line }),
  });
  starting.then(
    ({ endpoints }) => reply({ type: 'ready', endpoints }),
    (error: Error) => reply({ type: 'failed', message: error.message }),
  );
  setInterval(flush, FLUSH_INTERVAL).unref();
}

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  aborter.abort(new Error('stopped while starting'));
  await (await starting?.catch(() => undefined))?.close();
  reply({ type: 'stopped' });
  process.exit(0);
}

process.on('message', (message: Request) => {
  if (message.type === 'start') start(message);
  else if (message.type === 'stats')
    void starting?.then(({ oms }) => {
      flush();
      const { calls, keys } = oms.stats();
      reply({ type: 'stats', calls, keys });
    });
  else void stop();
});
// A terminal sends Ctrl-C to every process of the group; the demo decides when this one ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());
// The demo may have ended while this process was still loading its modules.
if (!process.connected) void stop();
