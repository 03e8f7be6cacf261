import { afterEach, expect, it } from 'vitest';
import { PROJECT_ID, type Service, startService } from './service.ts';

let service: Service;
afterEach(() => service.close());

const never = (_: number, signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const submit = async (id: string, ...object_keys: string[]): Promise<void> => {
  const path = `/v2/${PROJECT_ID}/sync-tasks/${id}/events`;
  expect((await service.call('POST', path, { body: { object_keys } })).status).toBe(200);
  await service.oms.idle();
};
const lists = (): [string, string][] =>
  [...service.s3.objects]
    .filter(([path]) => path.startsWith('destination/oms/'))
    .map(([path, { body }]) => [path.replace(/\d{14}-\d{6}/, 'FILE'), body.toString('utf8')]);

/** https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html */
it('lists time, name as it is, and size of every object by outcome', async () => {
  service = await startService({ sleep: never, resultLists: {} });
  service.s3.put('source/a b+ü', 'abc');
  const id = await service.createTask();
  await submit(id, 'a%20b%2B%C3%BC');
  await submit(id, 'a%20b%2B%C3%BC', 'missing');
  expect(lists()).toEqual([]);
  await service.oms.close();
  const folder = `destination/oms/sync_task/${id}`;
  const line = (rest: string) =>
    expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\t${rest}\\n$`));
  expect(Object.fromEntries(lists())).toEqual({
    [`${folder}/success_object_lists/FILE.txt`]: line('a b\\+ü\\t3'),
    [`${folder}/skip_object_lists/FILE.txt`]: line('a b\\+ü\\t0'),
    [`${folder}/failed_object_lists/FILE.txt`]: line('missing\\t0'),
  });
});

it('begins a new file after so many lines, in the folder that was chosen', async () => {
  service = await startService({ sleep: never, resultLists: { rollAfter: 2, folders: { failure: 'fail_lists' } } });
  const id = await service.createTask();
  await submit(id, 'x', 'y', 'z');
  await service.oms.close();
  expect(lists().map(([path, text]) => [path, text.split('\n').length - 1])).toEqual([
    [`destination/oms/sync_task/${id}/fail_lists/FILE.txt`, 2],
    [`destination/oms/sync_task/${id}/fail_lists/FILE.txt`, 1],
  ]);
});

it('writes a file when its time has come, and none about lists', async () => {
  let due = (): void => {};
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      due = resolve;
    });
  service = await startService({ sleep, resultLists: {} });
  const id = await service.createTask();
  await submit(id, 'oms%2Fsync_task%2Fother%2Fsuccess_object_lists%2F1.txt', 'x');
  due();
  await service.oms.close();
  expect(lists()).toHaveLength(1);
  expect(lists()[0]?.[1]).toMatch(/\tx\t0\n$/);
});

it('writes nothing unless asked to', async () => {
  service = await startService();
  await submit(await service.createTask(), 'x');
  await service.oms.close();
  expect(lists()).toEqual([]);
});
