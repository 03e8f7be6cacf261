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
