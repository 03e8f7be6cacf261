// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the values that are tried.
import { describe, expect, it } from 'vitest';
import { loadServerless } from '../../../scripts/serverless/load.ts';
import { saidOfFile } from '../../helpers/serverless-file.ts';

const VALUES = [
  '${env:HOME}/',
  '${opt:stage}',
  '${self:service}',
  '${self:functions.create-sync-task.encryptedEnvironment}',
  '${self:}',
  '${file(package.json):name}',
  '${strToBool(true)}',
  'p$s$$w${rd',
  '\\${env:HOME}',
  '\\\\${env:HOME}\\',
  '$',
  '\uE000D\uE000M$\uE000',
];
const NAMES = ['SRC_ACCESS_KEY', 'SRC_SECRET_KEY', 'DST_ACCESS_KEY', 'DST_SECRET_KEY'] as const;

describe('a value of the environment', () => {
  it.each(Array.from({ length: VALUES.length / 4 }, (_, index) => VALUES.slice(4 * index, 4 * index + 4)))(
    'is deployed as it is: %s, %s, %s, %s',
    async (...values) => {
      const set = Object.fromEntries(NAMES.map((name, index) => [name, values[index] ?? '']));
      const env = Object.fromEntries(Object.entries(set).map(([name, value]) => [`OMS_SYNC_${name}`, value]));

      const { functions } = await loadServerless('local', env);

      expect(functions['create-sync-task']?.encryptedEnvironment).toEqual(set);
    },
  );

  it('that refers to what holds it is a text like any other', async () => {
    await expect(loadServerless('local', { OMS_SYNC_STATE_BUCKET: '${self:custom.stateBucket}' })).rejects.toThrow(
      /STATE_BUCKET: has the wrong form/,
    );
  });

  it('keeps its dollars in ROUTES', async () => {
    const routes = JSON.stringify([{ source: { bucket: 'photos', prefix: '${env:HOME}/' }, sync_task_id: '${a}' }]);

    const { functions } = await loadServerless('local', { OMS_SYNC_ROUTES: routes });

    expect(functions['redrive']?.environment['ROUTES']).toBe(routes);
  });
});

describe('a flag', () => {
  it('is no code, either', async () => {
    await expect(loadServerless('${env:HOME}')).rejects.toThrow('the stage must consist of letters');
  });
});

describe('serverless.yml', () => {
  it('may not refer to itself in a circle', async () => {
    const provider = { name: 'huawei', runtime: 'Node.js22.18', region: '${self:provider.stage}' };

    const said = await saidOfFile({ ...provider, stage: '${self:provider.region}' }, {});

    expect(said).toContain('provider.stage refers to itself: provider.stage -> provider.region -> provider.stage');
  });
});
