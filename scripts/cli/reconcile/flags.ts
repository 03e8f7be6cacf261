import { readDuration } from '#shared/config/duration.ts';
import { type Addressing, isProviderName, type ListVersion, type ProviderName } from '#shared/objectstore/providers.ts';
import { MOST_SUBMISSIONS } from '#shared/reconcile/submit/submissions.ts';
import { type Context, type Flags, numberOf } from '../command.ts';
import { UsageError } from '../errors.ts';
import { quoted } from '../quoted.ts';
import { type BucketLocation, readLocation, writeLocation } from './location.ts';

/** Flags of one side. */
export interface SideFlags {
  readonly location: BucketLocation | undefined;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly provider: ProviderName | undefined;
  readonly addressing: Addressing | undefined;
}

export interface CommandLine {
  readonly source: SideFlags;
  readonly destination: SideFlags;
  readonly task: string | undefined;
  readonly dryRun: boolean;
  /** Milliseconds. */
  readonly grace: number;
  /** The grace period as it was given. */
  readonly graceText: string;
  readonly workers: number;
  /** OMS calls per second. */
  readonly rate: number | undefined;
  readonly listVersion: ListVersion | undefined;
  /** Whether ETags are compared. */
  readonly compareETags: boolean;
  /** The source is meant to be empty. */
  readonly sourceIsEmpty: boolean;
  /** Source objects, as far as the user knows. */
  readonly expected: number | undefined;
  /** Keys that are shown of each verdict. */
  readonly keys: number;
  /** File for the names of what OMS would copy. */
  readonly list: string | undefined;
  /** File of what was submitted. */
  readonly remember: string | undefined;
  readonly maxSubmissions: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** The function's own defaults: RECONCILE_GRACE_PERIOD, RECONCILE_WORKERS. */
const GRACE = '15m';
const WORKERS = 4;
/** Milliseconds; what is older than a month is in flight nowhere. */
const LONGEST_GRACE = 30 * 86_400_000;

export const RECONCILE_FLAGS = {
  source: { type: 'string', value: 'URL', help: 's3://bucket or s3://bucket/prefix' },
  destination: { type: 'string', value: 'URL', help: 'the same for the copy, with the same prefix' },
  task: { type: 'string', value: 'ID', help: 'OMS sync task that copies; without it nothing is submitted' },
  'dry-run': { type: 'boolean', help: 'submit nothing, and say what would be submitted and what it would take' },
  grace: { type: 'string', value: 'AGE', help: `younger differences are in flight: 0, 90s, 30m, 12h (${GRACE})` },
  workers: { type: 'string', value: 'N', help: `parts of the buckets listed at a time (${WORKERS})` },
  rate: { type: 'string', value: 'N', help: 'OMS calls per second (OMS_SYNC_CALLS_PER_SECOND, 100)' },
  'source-provider': { type: 'string', value: 'NAME', help: 'cloud of the source: HuaweiCloud, AWS, Aliyun, ...' },
  'source-region': { type: 'string', value: 'NAME', help: 'region of the source' },
  'source-endpoint': { type: 'string', value: 'URL', help: "where it is not the cloud's own" },
  'source-addressing': { type: 'string', value: 'HOW', help: 'path or virtual, where it is not the usual' },
  'destination-region': { type: 'string', value: 'NAME', help: 'region of the destination, in OBS' },
  'destination-endpoint': { type: 'string', value: 'URL', help: "where it is not OBS's own" },
  'destination-addressing': { type: 'string', value: 'HOW', help: 'path or virtual' },
  'list-version': { type: 'string', value: 'N', help: '1 or 2: how both are listed, where it is not the usual' },
  'ignore-etags': { type: 'boolean', help: 'ETags are no checksums: a bucket is encrypted with KMS, for example' },
  'source-is-empty': {
    type: 'boolean',
    help: 'the source is meant to be empty: that it lists nothing is no error',
  },
  expect: { type: 'string', value: 'N', help: 'about so many objects: for the bar, and the time that is left' },
  keys: { type: 'string', value: 'N', help: 'names shown of each verdict, 0 to 100 (10)' },
  list: {
    type: 'string',
    value: 'FILE',
    help: 'write the names of what OMS would copy: list file of a migration task',
  },
  remember: { type: 'string', value: 'FILE', help: 'keep what was submitted, for the next run with the same file' },
  'max-submissions': {
    type: 'string',
    value: 'N',
    help: 'with --remember: submissions of an object whose source stays the same (5)',
  },
  verbose: { type: 'boolean', help: 'print the log, one line of JSON for each thing worth it' },
  endpoints: { type: 'string', value: 'FILE', help: 'use the local cloud of this file (.local/endpoints.json)' },
} as const satisfies Flags;

/**
 * Reads the flags.
 *
 * @throws UsageError naming the flag
 */
export function readCommandLine({ values, json }: Pick<Context, 'values' | 'json'>): CommandLine {
  const flags = values;
  type Name = keyof typeof RECONCILE_FLAGS;
  const text = (name: Name): string | undefined => {
    const value = flags[name];
    if (value === '') throw new UsageError(`--${name} must not be empty`);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: Name, minimum: number, maximum: number) => numberOf({ values }, name, minimum, maximum);
  const choice = <T extends string>(name: Name, values: readonly T[]): T | undefined => {
    const value = text(name);
    if (value === undefined || values.includes(value as T)) return value as T | undefined;
    throw new UsageError(`--${name} takes ${values.join(' or ')}`);
  };
  const side = (name: 'source' | 'destination'): SideFlags => {
    const location = text(name);
    return {
      location: location === undefined ? undefined : readLocation(name, location),
      endpoint: text(`${name}-endpoint`),
      region: text(`${name}-region`),
      provider: name === 'source' ? readProvider(text('source-provider')) : undefined,
      addressing: choice(`${name}-addressing`, ['path', 'virtual']),
    };
  };
  const [source, destination] = [side('source'), side('destination')];
  checkTogether(source.location, destination.location);
  const graceText = text('grace') ?? GRACE;
  const maxSubmissions = number('max-submissions', 1, MOST_SUBMISSIONS);
  if (maxSubmissions !== undefined && text('remember') === undefined)
    throw new UsageError('--max-submissions needs --remember: without it a run knows of no other');
  const listVersion = choice('list-version', ['1', '2']);
  return {
    source,
    destination,
    task: text('task'),
    dryRun: flags['dry-run'] === true,
    grace: readAge('grace', graceText),
    graceText,
    workers: number('workers', 1, 64) ?? WORKERS,
    rate: number('rate', 1, 10_000),
    listVersion: listVersion === undefined ? undefined : listVersion === '1' ? 1 : 2,
    compareETags: flags['ignore-etags'] !== true,
    sourceIsEmpty: flags['source-is-empty'] === true,
    expected: number('expect', 1, 1e12),
    keys: number('keys', 0, 100) ?? 10,
    list: text('list'),
    remember: text('remember'),
    maxSubmissions,
    json,
    verbose: flags['verbose'] === true,
  };
}

function readProvider(name: string | undefined): ProviderName | undefined {
  if (name === undefined || isProviderName(name)) return name;
  throw new UsageError(
    '--source-provider takes the name of a cloud that OMS reads and that has an S3 interface: HuaweiCloud, AWS, ' +
      'Aliyun, Tencent, QingCloud, KingsoftCloud, Baidu, Qiniu or UCloud',
  );
}

function checkTogether(source: BucketLocation | undefined, destination: BucketLocation | undefined): void {
  if ((source === undefined) !== (destination === undefined))
    throw new UsageError(`--${source === undefined ? 'source' : 'destination'} is missing: there are two to compare`);
  if (source === undefined || destination === undefined) return;
  if (source.prefix !== destination.prefix) {
    const same = quoted(writeLocation({ ...destination, prefix: source.prefix }));
    throw new UsageError(`--destination must have the prefix of --source, for OMS keeps names: ${same}`);
  }
}

/** @returns milliseconds */
function readAge(flag: string, text: string): number {
  const age = readDuration(text);
  if (age === undefined || age > LONGEST_GRACE)
    throw new UsageError(`--${flag} must be 0 or an age such as 90s, 30m or 12h, and at most 30d`);
  return age;
}
