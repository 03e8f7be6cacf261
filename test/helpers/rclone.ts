import { execFile, spawnSync } from 'node:child_process';
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
