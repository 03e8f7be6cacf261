/** Milliseconds after which a stop that hangs (a file system that does not answer, for example) is given up. */
const PATIENCE = 15_000;

/**
 * Runs `stop` once on SIGINT, SIGTERM, when nobody reads the output any more (`| head`), or when the parent process
 * is gone, then exits with code 0.
 * A second signal, more than two seconds after the first, ends the process at once: a terminal and npm both
 * forward the same Ctrl-C, so two signals close to each other are one wish.
 */
export function onShutdown(stop: (reason: string) => Promise<void>): { cancel(): void } {
  let since: number | undefined;
  const parent = process.ppid;
  const shut = (reason: string): void => {
    if (since !== undefined) {
      if (Date.now() - since > 2000) process.exit(1);
      return;
    }
    since = Date.now();
    setTimeout(() => {
      console.error(`stopping took longer than ${PATIENCE / 1000} s and was given up`);
      process.exit(1);
    }, PATIENCE).unref();
    stop(reason).then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`stopping failed: ${error.message}`);
        process.exit(1);
      },
    );
  };
  const interrupt = (): void => shut('SIGINT');
  const terminate = (): void => shut('SIGTERM');
  const hangUp = (): void => shut('SIGHUP');
  const unread = (): void => shut('output closed');
  process.stdout.on('error', unread);
  process.stderr.on('error', unread);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', hangUp);
  // npm killed with SIGKILL cannot forward anything; its child is then adopted by another process.
  const watch = setInterval(() => {
    if (process.ppid !== parent) shut('parent process ended');
  }, 500);
  watch.unref();
  return {
    cancel() {
      clearInterval(watch);
      process.stdout.off('error', unread);
      process.stderr.off('error', unread);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
      process.off('SIGHUP', hangUp);
    },
  };
}
