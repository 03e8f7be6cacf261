import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildAll } from '../../../scripts/build/build.ts';
import { startWatching } from '../../../scripts/local/watch.ts';
import { until } from '../../helpers/process-tree.ts';
import { GOOD, project, write } from '../build/project.ts';

const handler = (expression: string, imports = '') =>
  `${imports}export const handler = async (event: unknown, context: unknown) => ({ statusCode: ${expression} });\n`;
const IMPORT = "import { answer } from '#shared/answer.ts';\n";

async function watched(deploy: (keys: readonly string[]) => Promise<void> = async () => {}) {
  const root = await project(
    { alone: { code: GOOD }, one: { code: handler('answer', IMPORT) }, two: { code: handler('answer', IMPORT) } },
    { 'shared/answer.ts': 'export const answer = 200;\n' },
  );
  await buildAll({ root });
  const deployed: string[][] = [];
  const said: string[] = [];
  let redeclared = 0;
  const watcher = startWatching({
    root,
    deploy: async (keys) => {
      await deploy(keys);
      deployed.push([...keys]);
    },
    redeclare: async () => {
      redeclared += 1;
    },
    say: (line) => said.push(line),
  });
  onTestFinished(() => watcher.close());
  return { root, deployed, said, redeclared: () => redeclared, watcher };
}
const told = (said: readonly string[], text: string) =>
  until(
    text,
    () => said.some((line) => line.includes(text)),
    () => said.join('\n'),
    10_000,
  );

describe('startWatching', () => {
  it('builds and deploys the function whose source has changed, and says how long it took', async () => {
    const { root, deployed, said } = await watched();

    await write(root, { 'functions/alone/index.ts': handler('201') });
    await told(said, 'functions/alone/index.ts');

    expect(deployed).toEqual([['alone']]);
    expect(said).toEqual([
      expect.stringMatching(/^watch: functions\/alone\/index\.ts: alone built \d+ ms, deployed \d+ ms$/),
    ]);
  });

  it('builds every function that a shared file is in, and no other', async () => {
    const { root, deployed, said } = await watched();

    await write(root, { 'shared/answer.ts': 'export const answer = 202;\n' });
    await told(said, 'shared/answer.ts');

    expect(deployed).toEqual([['one', 'two']]);
  });

  it('deploys nothing where the bundle stays the same, and nothing for a file that no bundle holds', async () => {
    const { root, deployed, said } = await watched();

    await write(root, { 'shared/answer.ts': 'export const answer = 200;\n', 'shared/other.ts': 'export {};\n' });
    await write(root, { 'functions/alone/index.ts': handler('201') });
    await told(said, 'alone built');

    expect(deployed).toEqual([['alone']]);
  });

  it('sees a file that an editor replaces, every time, and one in a new folder', async () => {
    const { root, deployed, said } = await watched();
    const replace = async (code: string): Promise<void> => {
      await writeFile(join(root, 'new.ts'), code);
      await rename(join(root, 'new.ts'), join(root, 'functions/alone/index.ts'));
    };

    await replace(handler('201'));
    await until(
      'the first',
      () => deployed.length === 1,
      () => said.join('\n'),
    );
    await replace(handler('202'));
    await until(
      'the second',
      () => deployed.length === 2,
      () => said.join('\n'),
    );
    await write(root, { 'shared/deep/er/answer.ts': 'export const answer = 204;\n' });
    await replace(handler('answer', "import { answer } from '#shared/deep/er/answer.ts';\n"));
    await until(
      'the third',
      () => deployed.length === 3,
      () => said.join('\n'),
    );
    await write(root, { 'shared/deep/er/answer.ts': 'export const answer = 205;\n' });
    await until(
      'the fourth',
      () => deployed.length === 4,
      () => said.join('\n'),
    );

    expect(deployed).toEqual([['alone'], ['alone'], ['alone'], ['alone']]);
  });

  it('shows a source that does not build, and goes on when it does again', async () => {
    const { root, deployed, said } = await watched();

    await write(root, { 'functions/alone/index.ts': handler('added', "import { added } from '#shared/added.ts';\n") });
    await told(said, 'functions/alone/index.ts does not build');
    expect(deployed).toEqual([]);
    // Not in any bundle yet: the function that waits for it is built.
    await write(root, { 'shared/added.ts': 'export const added = 203;\n' });
    await told(said, 'alone built');

    expect(deployed).toEqual([['alone']]);
  });

  it('deploys again what could not be deployed', async () => {
    let broken = true;
    const { root, deployed, said } = await watched(async () => {
      if (broken) throw new Error('no answer');
    });

    await write(root, { 'functions/alone/index.ts': handler('201') });
    await told(said, 'watch: no answer');
    broken = false;
    await write(root, { 'shared/other.ts': 'export {};\n' });
    await told(said, 'alone built');

    expect(deployed).toEqual([['alone']]);
    await write(root, { 'shared/answer.ts': 'export const answer = 206;\n' });
    await told(said, 'shared/answer.ts');
    expect(deployed).toEqual([['alone'], ['one', 'two']]);
  });

  it('takes up a new serverless.yml', async () => {
    const { root, said, redeclared } = await watched();

    await writeFile(join(root, 'serverless.yml'), '# changed\n', { flag: 'a' });
    await told(said, 'serverless.yml deployed');

    expect(redeclared()).toBeGreaterThanOrEqual(1);
  });

  it('does nothing any more once it is closed', async () => {
    const { root, deployed, watcher } = await watched();

    await write(root, { 'functions/alone/index.ts': handler('201') });
    await watcher.close();
    await write(root, { 'functions/alone/index.ts': handler('204') });
    await watcher.close();

    expect(deployed.length).toBeLessThanOrEqual(1);
  });
});
