import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventVariables, omsVariables } from '#shared/config/oms.ts';
import { parseRoutes } from '#shared/pipeline/routes.ts';
import { variables as createSyncTask } from '../../../functions/create-sync-task/create-sync-task.ts';
import { variables as onObjectCreated } from '../../../functions/on-object-created/on-object-created.ts';
import { variables as reconcile } from '../../../functions/reconcile/reconcile.ts';
import { variables as redrive } from '../../../functions/redrive/redrive.ts';
import { variables as startSyncTask } from '../../../functions/start-sync-task/start-sync-task.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const names = (variables: Readonly<Record<string, { readonly name: string }>>) =>
  Object.values(variables).map(({ name }) => name);
const known = new Set([omsVariables, eventVariables, createSyncTask, onObjectCreated].flatMap(names));

describe('the variables', () => {
  it.each([...known])('%s is in the table of the README', (name) => {
    expect(read('README.md')).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'));
  });

  it('of serverless.yml are those that the functions read', () => {
    const config = parse(read('serverless.yml')) as {
      provider: { environment: Record<string, unknown> };
      functions: Record<string, { environment?: object; encryptedEnvironment?: object }>;
    };
    const ofFunction: Readonly<Record<string, readonly string[]>> = {
      'create-sync-event': names(eventVariables),
      'create-sync-task': names(createSyncTask),
      'start-sync-task': names(startSyncTask),
      'stop-sync-task': names(omsVariables),
      'delete-sync-task': names(omsVariables),
      'list-sync-tasks': names(omsVariables),
      'show-sync-task': names(omsVariables),
      'show-sync-task-statistics': names(omsVariables),
      'on-object-created': names(onObjectCreated),
      redrive: names(redrive),
      reconcile: names(reconcile),
    };
    for (const [key, { environment, encryptedEnvironment }] of Object.entries(config.functions)) {
      const set = Object.keys({ ...config.provider.environment, ...environment, ...encryptedEnvironment });
      expect(ofFunction[key], key).toEqual(expect.arrayContaining(set));
    }
  });
});

describe('the route of the README', () => {
  it('is one that the function reads', () => {
    const routes = /```json\n(\[\{ "name"[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';

    expect(parseRoutes(routes)).toHaveLength(1);
  });
});
