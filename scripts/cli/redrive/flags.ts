import { type RedriveOptions, readRedriveOptions } from '#shared/redrive/options.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { type Context, type Flags, numberOf, textOf } from '../command.ts';
import { UsageError } from '../errors.ts';

export interface CommandLine {
  readonly options: RedriveOptions;
  /** OMS calls per second. */
  readonly rate: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** The field of the options that a flag fills. */
const FLAG_OF: Readonly<Record<string, string>> = {
  codes: '--code',
  older_than: '--older-than',
  newer_than: '--newer-than',
  prefix: '--prefix',
  limit: '--limit',
};

export const REDRIVE_FLAGS = {
  'dry-run': { type: 'boolean', help: 'only read, and say what would be taken' },
  code: { type: 'string', value: 'CODE', help: 'only documents with this code; may be repeated', repeatable: true },
  'older-than': { type: 'string', value: 'AGE', help: 'only what failed first so long ago: 90s, 30m, 12h, 7d' },
  'newer-than': { type: 'string', value: 'AGE', help: 'only what failed first since then; or a time, as ISO 8601' },
  prefix: {
    type: 'string',
    value: 'B/K',
    help: 'only documents that name objects there: bucket, or bucket/prefix',
  },
  parked: { type: 'boolean', help: 'take parked documents, too' },
  limit: { type: 'string', value: 'N', help: 'take N documents at the most' },
  rate: { type: 'string', value: 'N', help: 'OMS calls per second (OMS_SYNC_CALLS_PER_SECOND, 100)' },
  verbose: { type: 'boolean', help: 'print the log, one line of JSON for each key that is refused' },
  endpoints: { type: 'string', value: 'FILE', help: 'use the local cloud of this file (.local/endpoints.json)' },
} as const satisfies Flags;

/**
 * Reads the flags.
 *
 * @throws UsageError
 */
export function readCommandLine({ values, json }: Pick<Context, 'values' | 'json'>): CommandLine {
  const text = (name: keyof typeof REDRIVE_FLAGS) => textOf({ values }, name);
  const codes = values['code'] ?? [];
  const limit = numberOf({ values }, 'limit', 1, 10_000_000);
  const [older_than, newer_than, prefix] = [text('older-than'), text('newer-than'), text('prefix')];
  return {
    options: readOptions({
      ...(Array.isArray(codes) && codes.length > 0 && { codes }),
      ...(older_than !== undefined && { older_than }),
      ...(newer_than !== undefined && { newer_than }),
      ...(prefix !== undefined && { prefix }),
      ...(limit !== undefined && { limit }),
      ...(values['dry-run'] === true && { dry_run: true }),
      ...(values['parked'] === true && { parked: true }),
    }),
    rate: numberOf({ values }, 'rate', 1, 10_000),
    json,
    verbose: values['verbose'] === true,
  };
}

function readOptions(options: unknown): RedriveOptions {
  try {
    return readRedriveOptions(options, 'The flags');
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const [problem] = error.details;
    const field = /^\w+/.exec(problem?.path ?? '')?.[0] ?? '';
    throw new UsageError(`${FLAG_OF[field] ?? field}${(problem?.message ?? '').slice(problem?.path.length)}`);
  }
}
