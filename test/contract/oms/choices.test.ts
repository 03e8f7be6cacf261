import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CHOICES, CHOICES_WHILE_STOPPED } from './choices.ts';

it.each([...CHOICES, ...CHOICES_WHILE_STOPPED])('the documentation names the choice: $question', async (choice) => {
  const page = await readFile(new URL('../../../docs/contract-tests.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n| ${choice.question} | ${choice.local} | `);
});
