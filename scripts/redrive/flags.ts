import { parseArgs } from 'node:util';
import { type RedriveOptions, readRedriveOptions } from '#shared/redrive/options.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseFlags, UsageError, wholeNumber } from '../local/options.ts';

const USAGE = `npm run redrive -- [flags]

Submits again what was not accepted: reads the dead letters and the failed invocations of the state bucket, asks OMS to
copy the objects that they name, and deletes the documents of which everything was accepted. What OMS refuses again
stays, with one attempt more; after REDRIVE_MAX_ATTEMPTS it is parked. Safe to interrupt and to run twice.

Without --endpoints it uses the local cloud that runs (.local/endpoints.json), unless HUAWEICLOUD_SDK_AK is set: then
the variables OMS_SYNC_* that serverless.yml reads, and HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and, for temporary keys,
HUAWEICLOUD_SDK_SECURITY_TOKEN. Keys are never given as flags.

  npm run redrive -- --dry-run                          what is there, by code, and what to do about it
  npm run redrive -- --code OmsSync.NoRoute             after the missing route was deployed
  npm run redrive -- --older-than 1h --prefix source/a  of one bucket, below one prefix
  npm run redrive -- --parked                           what was given up, too

Exit code: 0 when nothing remains, 1 when something remains, 2 for an error or a wrong flag.`;

export interface CommandLine {
  readonly options: RedriveOptions;
  /** OMS calls per second. */
  readonly rate: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Of the local cloud. */
  readonly endpoints: string | undefined;
}

/** The field of the options that a flag fills. */
const FLAG_OF: Readonly<Record<string, string>> = {
  codes: '--code',
  older_than: '--older-than',
  newer_than: '--newer-than',
  prefix: '--prefix',
  limit: '--limit',
};

/**
 * Reads the command line.
 *
 * @returns undefined after the help text was printed
 * @throws UsageError
 */
export function readCommandLine(argv: readonly string[]): CommandLine | undefined {
  const flags = parseFlags(
    USAGE,
    {
      'dry-run': { type: 'boolean', help: 'only read, and say what would be taken' },
      code: { type: 'string', value: 'CODE', help: 'only documents with this code; may be repeated' },
      'older-than': { type: 'string', value: 'AGE', help: 'only what failed first so long ago: 90s, 30m, 12h, 7d' },
      'newer-than': { type: 'string', value: 'AGE', help: 'only what failed first since then; or a time, as ISO 8601' },
      prefix: {
        type: 'string',
        value: 'B/K',
        help: 'only documents that name objects there: bucket, or bucket/prefix',
      },
      parked: { type: 'boolean', help: 'take parked documents, too' },
      limit: { type: 'string', value: 'N', help: 'take N documents at the most' },
      rate: { type: 'string', value: 'N', help: 'OMS calls per second (OMS_CALLS_PER_SECOND, 100)' },
      json: { type: 'boolean', help: 'print the report as JSON' },
      verbose: { type: 'boolean', help: 'print the log, one line of JSON for each key that is refused' },
      endpoints: { type: 'string', value: 'FILE', help: 'use the local cloud of this file' },
    },
    argv,
  );
  if (!flags) return undefined;
  const text = (name: 'older-than' | 'newer-than' | 'prefix' | 'endpoints') => {
    const value = flags[name];
    return typeof value === 'string' ? value : undefined;
  };
  const codes = repeated(argv);
  const [older_than, newer_than, prefix] = [text('older-than'), text('newer-than'), text('prefix')];
  return {
    options: readOptions({
      ...(codes.length > 0 && { codes }),
      ...(older_than !== undefined && { older_than }),
      ...(newer_than !== undefined && { newer_than }),
      ...(prefix !== undefined && { prefix }),
      ...(flags.limit !== undefined && { limit: wholeNumber('limit', flags.limit, 1, 10_000_000) }),
      ...(flags['dry-run'] === true && { dry_run: true }),
      ...(flags.parked === true && { parked: true }),
    }),
    rate: flags.rate === undefined ? undefined : wholeNumber('rate', flags.rate, 1, 10_000),
    json: flags.json === true,
    verbose: flags.verbose === true,
    endpoints: text('endpoints'),
  };
}

/** Every `--code`: the strict parser, which has checked them all, keeps the last. */
function repeated(argv: readonly string[]): string[] {
  const options = { code: { type: 'string', multiple: true } } as const;
  const { code = [] } = parseArgs({ args: [...argv], options, strict: false }).values;
  return (Array.isArray(code) ? code : [code]).filter((value) => typeof value === 'string');
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
