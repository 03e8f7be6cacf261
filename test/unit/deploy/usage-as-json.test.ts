import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../scripts/serverless/config.ts';

const deploy = (...flags: string[]): Promise<{ readonly out: string; readonly err: string; readonly code: unknown }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'scripts', 'deploy.cjs'), ...flags], (error, out, err) =>
      resolve({ out, err, code: error?.code ?? 0 }),
    );
  });

describe('a mistake on the command line', () => {
  it('is a document where JSON was asked for, and a line on stderr in any case', async () => {
    const message = "Unknown option '--bogus' (npm run deploy -- --help lists the flags)";
    const [asked, plain] = await Promise.all([deploy('--json', '--bogus'), deploy('--bogus')]);

    expect(JSON.parse(asked.out)).toEqual({ error: { message } });
    expect(asked).toMatchObject({ err: `${message}\n`, code: 2 });
    expect(plain).toEqual({ out: '', err: `${message}\n`, code: 2 });
  });
});
