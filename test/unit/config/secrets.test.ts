import { describe, expect, it } from 'vitest';
import { eventVariables, omsVariables } from '#shared/config/oms.ts';
import { isSecretName } from '#shared/logging/redact.ts';
import { variables as createSyncTaskVariables } from '../../../functions/create-sync-task/variables.ts';
import { variables as onObjectCreatedVariables } from '../../../functions/on-object-created/variables.ts';

const all = { ...omsVariables, ...eventVariables, ...createSyncTaskVariables, ...onObjectCreatedVariables };

describe('variables', () => {
  it.each(Object.entries(all))('%s is redacted by name in log lines exactly when it is a secret', (field, variable) => {
    expect([isSecretName(field), isSecretName(variable.name)]).toEqual([variable.secret, variable.secret]);
  });

  it('are secret where they hold a key or a token', () => {
    const secret = Object.values(all).flatMap(({ name, secret: isSecret }) => (isSecret ? [name] : []));

    expect(secret.toSorted()).toEqual([
      'DST_ACCESS_KEY',
      'DST_SECRET_KEY',
      'OMS_ACCESS_KEY',
      'OMS_AUTH_TOKEN',
      'OMS_SECRET_KEY',
      'SRC_ACCESS_KEY',
      'SRC_SECRET_KEY',
    ]);
  });

  it('have a hint each', () => {
    for (const { hint } of Object.values(all)) expect(hint).toMatch(/\S/);
  });
});
