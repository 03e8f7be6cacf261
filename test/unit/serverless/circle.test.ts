// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the values that are tried.
import { expect, it } from 'vitest';
import { frameworkSays } from '../../helpers/serverless-file.ts';

it('ends where variables that are found in a file lead back to it', async () => {
  const provider = { name: 'huawei', stage: '${self:custom.c}' };
  const custom = { a: '${file(value.txt)}', b: '${self:custom.a}', c: '${self:custom.b}' };

  const said = await frameworkSays(provider, {}, { custom, 'value.txt': '${self:custom.a}' });

  expect(said).toMatch(/^serverless\.yml: variables refer to each other in a circle: \$\{self:custom\.c\}/);
});
