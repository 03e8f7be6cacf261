import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../../scripts/serverless/config.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

it.each(Object.entries(scripts))('npm run %s looks at the version of Node.js first', (_, command) => {
  expect(command).toMatch(
    /^(?:exec )?(?:node (?:-r \.\/scripts\/tsx\.cjs |scripts\/(?:node-version|cli\/oms-sync)\.cjs)|npm run check\b)/,
  );
});

it('oms-sync does so itself', () => {
  expect(readFileSync(join(ROOT, 'scripts', 'cli', 'oms-sync.cjs'), 'utf8')).toMatch(
    /^#!.*\n'use strict';\n\/\/.*\nrequire\('\.\.\/node-version\.cjs'\);/,
  );
});
