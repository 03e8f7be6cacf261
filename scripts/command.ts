import type { KeyPair } from '#shared/http/key-pair.ts';
import { Logger, type LogLevel } from '#shared/logging/logger.ts';
import { OmsClient } from '#shared/oms/client.ts';

/** Where OMS is and how it is called, as the variables of the functions have it. */
export interface OmsSettings {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly projectId: string;
  readonly timeout: number;
  readonly maxAttempts: number;
}

export function connectOms(settings: OmsSettings, credentials: KeyPair): OmsClient {
  const { region, endpoint, projectId, timeout, maxAttempts } = settings;
  return new OmsClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    projectId,
    timeoutMs: timeout,
    maxAttempts,
    credentials: () => credentials,
  });
}

/** The log of a command: on stderr where it was asked for, and never with one of the secrets. */
export function commandLog(verbose: boolean, level: LogLevel, secrets: readonly string[]): Logger {
  const log = new Logger({
    level: verbose ? level : 'error',
    write: (_level, text) => {
      if (verbose) process.stderr.write(`${text}\n`);
    },
  });
  log.conceal(secrets);
  return log;
}

/** Milliseconds within which two signals are one wish: a terminal and npm both forward the same Ctrl-C. */
const ONE_WISH = 2000;

/**
 * Aborted by Ctrl-C or SIGTERM, for a command that then finishes what is under way. Another one ends the process.
 *
 * @param say what happens now
 */
export function stopSignal(say: string): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const stop = (): void => {
    if (since !== undefined) {
      if (performance.now() - since > ONE_WISH) process.exit(2);
      return;
    }
    since = performance.now();
    console.error(`\n${say}`);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** Runs a command and ends the process with its exit code; an error is one line, and 2. */
export function endWith(main: () => Promise<number>): void {
  // Nobody reads any more (`| head`).
  process.stdout.on('error', () => process.exit(2));
  main().then(
    (code) => {
      // Connections are kept alive for calls that will not come; what is written must be read before the end.
      process.stdout.write('', () => process.exit(code));
    },
    (error: Error) => {
      console.error(error.message.replaceAll('\n', ' '));
      process.exit(2);
    },
  );
}
