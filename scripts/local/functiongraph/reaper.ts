import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads process ids until its input ends, which it does however this process dies; then kills those of them that
 * still run the worker. A busy loop in a function cannot notice that its host is gone, so somebody else must.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r pid; do pids="$pids $pid"; done
sleep 1
for pid in $pids; do
  if [ -r "/proc/$pid/cmdline" ]; then command=$(tr '\\0' ' ' < "/proc/$pid/cmdline"); else command=$(ps -o command= -p "$pid" 2>/dev/null); fi
  case "$command" in *"$1"*) kill -KILL "$pid" ;; esac
done
`;

/** Ends instances that outlive a host which was killed. A shell, because it starts in 2 ms and takes 1 MB. */
export class Reaper {
  readonly #shell: ChildProcess;

  constructor(worker: string) {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', worker], { stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
    // Instances without a shell still end with their IPC channel.
    this.#shell.on('error', () => {});
    this.#shell.stdin?.on('error', () => {});
    this.#shell.unref();
    (this.#shell.stdin as { unref?: () => void } | null)?.unref?.();
  }

  watch(child: ChildProcess): void {
    if (child.pid !== undefined) this.#shell.stdin?.write(`${child.pid}\n`);
  }

  async close(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null || this.#shell.pid === undefined) return;
    const exited = new Promise((resolve) => this.#shell.once('exit', resolve));
    this.#shell.ref();
    this.#shell.kill('SIGKILL');
    await exited;
  }
}
