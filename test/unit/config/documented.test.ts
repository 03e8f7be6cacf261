import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRoutes } from '#shared/pipeline/routes.ts';
import { FUNCTION_VARIABLES } from '../../../scripts/deploy/guard-rails/function-variables.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const names = (variables: Readonly<Record<string, { readonly name: string }>>) =>
  Object.values(variables).map(({ name }) => name);
const known = new Set(Object.values(FUNCTION_VARIABLES).flatMap(names));

describe('the variables', () => {
  it.each([...known])('%s is in the table of docs/reference/configuration.md', (name) => {
    expect(read('docs/reference/configuration.md')).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'));
  });

  it('of serverless.yml are those that the functions read', () => {
    const config = parse(read('serverless.yml')) as {
      provider: { environment: Record<string, unknown> };
      functions: Record<string, { environment?: object; encryptedEnvironment?: object }>;
    };
    for (const [key, { environment, encryptedEnvironment }] of Object.entries(config.functions)) {
      const set = Object.keys({ ...config.provider.environment, ...environment, ...encryptedEnvironment });
      expect(names(FUNCTION_VARIABLES[key] ?? {}), key).toEqual(expect.arrayContaining(set));
    }
  });
});

describe('the route of docs/reference/configuration.md', () => {
  it('is one that the function reads', () => {
    const routes = /```json\n(\[\{ "name"[\s\S]*?)```/.exec(read('docs/reference/configuration.md'))?.[1] ?? '';

    expect(parseRoutes(routes)).toHaveLength(1);
  });
});
