import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether rclone (Debian package `rclone`) can be called. */
export function hasRclone(): boolean {
  return spawnSync('rclone', ['version']).status === 0;
}

export interface RcloneRemote {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** More settings of the remote, for example `PROVIDER`; `Other` is the provider unless given. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A proxy that resolves host names in the place of DNS: a resolver need not know the subdomains of localhost. */
  readonly proxy?: string;
}

/**
 * Runs rclone; the remote is called `s3:`.
 *
 * @returns what it printed
 * @throws Error with its messages when it does not exit with 0
 */
export async function rclone(remote: RcloneRemote, args: readonly string[]): Promise<string> {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_S3_TYPE: 's3',
    RCLONE_CONFIG_S3_PROVIDER: 'Other',
    RCLONE_CONFIG_S3_ENDPOINT: remote.endpoint,
    RCLONE_CONFIG_S3_ACCESS_KEY_ID: remote.accessKey,
    RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: remote.secretKey,
    RCLONE_CONFIG_S3_REGION: 'cn-north-4',
  };
  for (const [name, value] of Object.entries(remote.settings ?? {})) environment[`RCLONE_CONFIG_S3_${name}`] = value;
  if (remote.proxy !== undefined) Object.assign(environment, { HTTP_PROXY: remote.proxy, NO_PROXY: '', no_proxy: '' });
  // rclone refuses a plain-HTTP endpoint together with a CA bundle of the environment.
  delete environment['AWS_CA_BUNDLE'];
  const options = { env: environment, maxBuffer: 64 * 1024 ** 2, timeout: 120_000 };
  try {
    const { stdout } = await run('rclone', ['--retries', '1', '--low-level-retries', '2', ...args], options);
    return stdout;
  } catch (error) {
    throw new Error(`rclone ${args.join(' ')}: ${(error as { stderr?: string }).stderr}`, { cause: error });
  }
}

/** Names by the sign that `rclone check --combined` gives them. */
export interface CheckedNames {
  /** `=` */
  readonly same: ReadonlySet<string>;
  /** `*` */
  readonly differing: ReadonlySet<string>;
  /** `+` */
  readonly onlyInSource: ReadonlySet<string>;
  /** `-` */
  readonly onlyInDestination: ReadonlySet<string>;
}

/**
 * Runs `rclone check` on every object of two buckets, and reads its combined report; that of `--missing-on-dst` must be
 * the same as far as it goes.
 *
 * @param args of the check besides: `--size-only`, for example
 * @throws Error where rclone fails in anything but finding differences
 */
export async function rcloneCheck(
  remote: RcloneRemote,
  source: string,
  destination: string,
  args: readonly string[] = [],
): Promise<CheckedNames> {
  const folder = await mkdtemp(join(tmpdir(), 'rclone-check-'));
  const [combined, missing] = [join(folder, 'combined'), join(folder, 'missing')];
  try {
    const files = ['--combined', combined, '--missing-on-dst', missing];
    // A difference is an error to rclone, too; --combined tells of other ones with an exclamation mark.
    await rclone(remote, ['check', '-q', ...files, ...args, `s3:${source}`, `s3:${destination}`]).catch(() => {});
    const names = new Map(['=', '*', '+', '-'].map((sign) => [sign, new Set<string>()]));
    for (const line of await linesOf(combined)) {
      const found = names.get(line.charAt(0));
      if (!found) throw new Error(`rclone could not check: ${line}`);
      found.add(realName(line.slice(2)));
    }
    const of = (sign: string): Set<string> => names.get(sign) ?? new Set();
    const missed = new Set((await linesOf(missing)).map(realName));
    if (missed.size !== of('+').size || [...missed].some((name) => !of('+').has(name)))
      throw new Error('the reports of rclone disagree');
    return { same: of('='), differing: of('*'), onlyInSource: of('+'), onlyInDestination: of('-') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

/**
 * rclone writes control characters as their pictures, and quotes with U+201B what could be taken for that.
 * https://rclone.org/overview/#restricted-filenames
 */
function realName(shown: string): string {
  return shown.replace(/\u201b(.)|[\u2400-\u241f\u2421]/gu, (picture, quoted?: string) => {
    if (quoted !== undefined) return quoted;
    const code = picture.charCodeAt(0);
    return String.fromCharCode(code === 0x2421 ? 0x7f : code - 0x2400);
  });
}
