/** Milliseconds within which two signals are one wish: a terminal and npm both forward the same Ctrl-C. */
const ONE_WISH = 2000;

/**
 * A signal that Ctrl-C and SIGTERM abort, for a command that then finishes what is under way. A later one ends the
 * process.
 *
 * @param told when the command is asked to end
 */
export function interruptible(told: () => void): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const stop = (): void => {
    if (since !== undefined) {
      if (performance.now() - since > ONE_WISH) process.exit(130);
      return;
    }
    since = performance.now();
    told();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
