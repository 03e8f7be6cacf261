import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { startObs } from '../../../scripts/local/obs/server.ts';

const CHECKS = fileURLToPath(new URL('./boto3-checks.py', import.meta.url));
const KEYS = { accessKey: 'BOTO', secretKey: 'boto-secret', securityToken: 'boto-token' };

/** A Python that has boto3 (Debian package `python3-boto3`). */
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import boto3']).status === 0);
const skipped = python === undefined && !process.env['CI'];
if (skipped) console.log('boto3 is not installed (apt-get install python3-boto3): its tests are skipped');

describe.skipIf(skipped)('boto3', () => {
  it.each(['s3v4', 's3'].flatMap((signature) => ['path', 'virtual'].map((addressing) => ({ signature, addressing }))))(
    'works with signature $signature and $addressing addresses',
    async ({ signature, addressing }) => {
      expect(python, 'boto3 is not installed').toBeDefined();
      const dataDir = await mkdtemp(join(tmpdir(), 'obs-boto3-'));
      const server = await startObs({ dataDir, port: 0, region: 'cn-north-4', accounts: new Accounts([KEYS]) });
      onTestFinished(async () => {
        await server.close();
        await rm(dataDir, { recursive: true, force: true });
      });
      const environment: NodeJS.ProcessEnv = {
        ...process.env,
        AWS_ACCESS_KEY_ID: KEYS.accessKey,
        AWS_SECRET_ACCESS_KEY: KEYS.secretKey,
        AWS_SESSION_TOKEN: KEYS.securityToken,
        AWS_CONFIG_FILE: '/dev/null',
        no_proxy: '',
        NO_PROXY: '',
      };
      const parameters = [CHECKS, `http://localhost:${server.port}`, signature, addressing, server.url];
      await promisify(execFile)(python ?? 'python3', parameters, { env: environment, timeout: 60_000 });
    },
  );
});
