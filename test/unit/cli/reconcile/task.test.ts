import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import type { Side } from '../../../../scripts/cli/reconcile/side.ts';
import { checkTask } from '../../../../scripts/cli/reconcile/task.ts';

const side = (bucket: string): Side => ({
  bucket,
  prefix: '',
  cloud: 'HuaweiCloud',
  endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
  region: 'cn-north-4',
  keys: { accessKey: 'a', secretKey: 'b' },
});
const SHOWN = { src_cloud_type: 'HuaweiCloud', src_bucket: 'one', dst_bucket: 'two', status: 'SYNCHRONIZING' };

const check = (shown: Readonly<Record<string, unknown>>, dryRun = false): Promise<string[]> => {
  const asked: unknown[] = [];
  const oms = {
    showSyncTask: async (request: unknown) => {
      asked.push(request);
      return { ...SHOWN, ...shown } as never;
    },
  };
  const sides = { source: side('one'), destination: side('two') };
  return checkTask(oms, { task: 't', dryRun }, sides, 5).then((notices) => {
    expect(asked).toEqual([{ syncTaskId: 't', queryTime: 5 }]);
    return notices;
  });
};

describe('the sync task that is submitted to', () => {
  it('may have the name of a bucket and its APPID apart, as Tencent does', async () => {
    const sides = { source: { ...side('one-1250'), cloud: 'Tencent' as const }, destination: side('two') };
    const shown = { ...SHOWN, src_cloud_type: 'Tencent' };
    const oms = (app_id: string) => ({ showSyncTask: async () => ({ ...shown, app_id }) as never });

    await checkTask(oms('1250'), { task: 't', dryRun: false }, sides, 5);
    await expect(checkTask(oms('7'), { task: 't', dryRun: false }, sides, 5)).rejects.toThrow(UsageError);
  });

  it.each([{}, { src_bucket: undefined, dst_bucket: '', src_cloud_type: undefined }, { status: 'UNKNOWN' }])(
    'may say %j',
    async (shown) => {
      expect(await check(shown, true)).toEqual([]);
    },
  );

  it.each([
    [{ src_bucket: 'other' }, '--task is a sync task whose source bucket is other, not one'],
    [{ dst_bucket: 'other' }, '--task is a sync task whose destination bucket is other, not two'],
    [{ src_cloud_type: 'AWS' }, '--task is a sync task from AWS, not from HuaweiCloud: see --source-provider'],
    [{ status: 'STOPPED' }, 'the sync task is stopped'],
  ])('is refused where it says %j', async (shown, message) => {
    const error = await check(shown).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });

  it('may be stopped while nothing is submitted, which is said', async () => {
    expect(await check({ status: 'STOPPED' }, true)).toEqual([
      'The sync task is stopped and takes nothing: start it before you submit.',
    ]);
    await expect(check({ src_bucket: 'other' }, true)).rejects.toThrow(UsageError);
  });
});
