import { LOG_LEVELS, Logger, type LoggerOptions } from '#shared/logging/logger.ts';
import { RuntimeContext } from './context.ts';
import { contextSecrets } from './credentials.ts';

export class Invocation extends RuntimeContext {
  readonly log: Logger;

  constructor(raw: unknown, logger: LoggerOptions = {}) {
    super(raw);
    // Read here and not with the other variables: it must hold for requests that are refused before those are read.
    const level = LOG_LEVELS.find((known) => known === this.variable('LOG_LEVEL')) ?? 'info';
    this.log = new Logger({ level, ...logger, fields: { request_id: this.requestId, function: this.functionName } });
    this.log.conceal(contextSecrets(this));
  }
}
