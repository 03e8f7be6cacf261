import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OmsClient } from '#shared/oms/client.ts';
import { AmbiguousCreateError, OmsResponseError } from '#shared/oms/errors.ts';
import { createSyncTaskBody } from '#shared/oms/schemas/create-sync-task.ts';
import { parse } from '#shared/validation/parse.ts';
import { type Creation, createOnce } from '../../../functions/create-sync-task/create-once.ts';
import { type OmsStub, type StubReply, startOmsStub } from '../../helpers/oms-stub.ts';

const BODY = parse(createSyncTaskBody, {
  src_cloud_type: 'AWS',
  src_region: 'us-east-1',
  src_bucket: 'source',
  src_ak: 'src-ak',
  src_sk: 'src-sk',
  dst_ak: 'dst-ak',
  dst_sk: 'dst-sk',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
});
const NOW = 1_790_000_000_000;
const MINUTE = 60_000;
const LOST: StubReply = { hangUp: true };

/** An OMS that keeps tasks and loses answers. */
let stub: OmsStub;
let tasks: Record<string, unknown>[];
let created: number;
/** Decides a creation, given the work of it. */
let onCreate: (work: (fields?: object) => StubReply) => StubReply;
/** Runs before each list, counted from 0. */
let onList: (index: number, work: (fields?: object) => StubReply) => StubReply | undefined;
let waits: number[];
let warnings: string[];

const task = (sync_task_id: string, fields: object = {}) => ({
  sync_task_id,
  src_cloud_type: 'AWS',
  src_region: 'us-east-1',
  src_bucket: 'source',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
  create_time: NOW,
  status: 'SYNCHRONIZING',
  ...fields,
});

beforeEach(async () => {
  tasks = [];
  created = 0;
  waits = [];
  warnings = [];
  onCreate = (work) => work();
  onList = () => undefined;
  let lists = 0;
  const work = (fields: object = {}): StubReply => {
    created += 1;
    tasks.push(task(`new-${created}`, fields));
    return { body: { sync_task_id: `new-${created}` } };
  };
  stub = await startOmsStub(({ method, url }) => {
    if (method === 'POST') return onCreate(work);
    const reply = onList(lists, work);
    lists += 1;
    const { searchParams } = new URL(url, 'http://oms.example');
    const offset = Number(searchParams.get('offset'));
    const page = tasks.slice(offset, offset + Number(searchParams.get('limit')));
    return reply ?? { body: { tasks: page, count: tasks.length } };
  });
});
afterEach(() => stub.close());

const create = (options: Partial<Creation> = {}) =>
  createOnce(BODY, {
    oms: new OmsClient({
      endpoint: stub.url,
      projectId: 'project',
      credentials: () => ({ authToken: 'token' }),
      maxAttempts: 1,
      timeoutMs: 100,
    }),
    returnExisting: false,
    remaining: () => 60_000,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    now: () => NOW,
    log: {
      info: () => {},
      warn: (message: string) => {
        warnings.push(message);
      },
    },
    ...options,
  });
const creations = () => stub.requests.filter(({ method }) => method === 'POST').length;

describe('creating a sync task whose answer arrives', () => {
  it('answers with its id, although there are tasks between the same buckets', async () => {
    tasks.push(task('old'));
    expect(await create()).toEqual({ outcome: 'created', sync_task_id: 'new-1' });
    expect(stub.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('passes on a refusal without looking for a task', async () => {
    onCreate = () => ({ status: 400, body: { error_code: 'OMS.0077', error_msg: 'quota' } });
    await expect(create()).rejects.toBeInstanceOf(OmsResponseError);
    expect(stub.requests).toHaveLength(2);
  });

  it('does not need the permission to list', async () => {
    onList = () => ({ status: 403, body: { error_code: 'OMS.0072', error_msg: 'no' } });
    expect(await create()).toEqual({ outcome: 'created', sync_task_id: 'new-1' });
    expect(warnings).toEqual(['sync tasks not listed before creating one']);
  });
});

describe('creating a sync task whose answer is lost', () => {
  it.each<[string, StubReply]>([
    ['the connection broke', LOST],
    ['the gateway answered 504', { status: 504 }],
    ['OMS answered 503', { status: 503 }],
    ['OMS answered no JSON', { body: '<html>' }],
    ['OMS answered no id', { body: {} }],
  ])('after the work: finds the task, where %s', async (_name, reply) => {
    tasks.push(task('old'), task('elsewhere', { src_bucket: 'other' }));
    onCreate = (work) => {
      work();
      return reply;
    };
    expect(await create()).toEqual({ outcome: 'found', sync_task_id: 'new-1' });
    expect(waits).toEqual([]);
    expect(creations()).toBe(1);
  });

  it('before the work: reports the ambiguity and sends nothing again', async () => {
    onCreate = () => LOST;
    await expect(create()).rejects.toBeInstanceOf(AmbiguousCreateError);
    expect(waits).toEqual([1000, 2000, 4000]);
    expect(creations()).toBe(1);
    expect(tasks).toEqual([]);
  });

  it('while OMS is still at work: finds the task when it is there', async () => {
    onCreate = () => LOST;
    onList = (index, work) => {
      if (index === 3) work();
      return undefined;
    };
    expect(await create()).toEqual({ outcome: 'found', sync_task_id: 'new-1' });
    expect(waits).toEqual([1000, 2000]);
    expect(creations()).toBe(1);
  });

  it('looks again where a look fails', async () => {
    onCreate = (work) => {
      work();
      return LOST;
    };
    onList = (index) => (index === 1 ? { status: 503 } : undefined);
    expect(await create()).toEqual({ outcome: 'found', sync_task_id: 'new-1' });
  });

  it('does not take for its own a task that was there before, however new it is', async () => {
    tasks.push(task('old', { create_time: NOW + MINUTE }));
    onCreate = () => LOST;
    await expect(create()).rejects.toBeInstanceOf(AmbiguousCreateError);
  });

  it.each([
    ['src_cloud_type', 'Aliyun'],
    ['src_region', 'us-west-2'],
    ['src_bucket', 'other'],
    ['dst_region', 'cn-east-3'],
    ['dst_bucket', 'other'],
    ['sync_task_id', null],
    ['create_time', NOW - 16 * MINUTE],
  ])('does not take for its own a new task with another %s', async (name, value) => {
    onCreate = (work) => {
      work({ [name]: value });
      return LOST;
    };
    await expect(create()).rejects.toBeInstanceOf(AmbiguousCreateError);
  });

  it.each([
    ['behind by less than a signature may be', NOW - 14 * MINUTE],
    ['ahead', NOW + 14 * MINUTE],
    ['unknown', null],
  ])("finds the task where OMS's clock is %s", async (_name, create_time) => {
    onCreate = (work) => {
      work({ create_time });
      return LOST;
    };
    expect(await create()).toMatchObject({ outcome: 'found' });
  });

  it('takes an empty region for none', async () => {
    onCreate = (work) => {
      work({ src_region: null });
      return LOST;
    };
    const found = await createOnceIn('');
    expect(found).toMatchObject({ outcome: 'found' });
  });

  it('does not choose between two new tasks', async () => {
    onCreate = (work) => {
      work();
      work();
      return LOST;
    };
    await expect(create()).rejects.toBeInstanceOf(AmbiguousCreateError);
    expect(waits).toEqual([]);
  });

  it('does not guess without the list of before', async () => {
    onList = (index) => (index === 0 ? { status: 403 } : undefined);
    onCreate = (work) => {
      work();
      return LOST;
    };
    await expect(create()).rejects.toBeInstanceOf(AmbiguousCreateError);
    expect(stub.requests).toHaveLength(2);
  });

  it('stops looking when the time is used up', async () => {
    onCreate = () => LOST;
    let remaining = 4_900;
    const sleep = async (milliseconds: number) => {
      remaining -= milliseconds;
    };
    await expect(create({ remaining: () => remaining, sleep })).rejects.toBeInstanceOf(AmbiguousCreateError);
    expect(stub.requests).toHaveLength(4);
  });

  it('looks through every page', async () => {
    for (let index = 0; index < 205; index += 1) tasks.push(task(`old-${index}`));
    onCreate = (work) => {
      work();
      return LOST;
    };
    expect(await create()).toEqual({ outcome: 'found', sync_task_id: 'new-1' });
    expect(stub.requests).toHaveLength(7);
  });
});

describe('creating a sync task only where there is none', () => {
  it('answers with the one that there is, in whichever state', async () => {
    tasks.push(task('elsewhere', { dst_bucket: 'other' }), task('old', { status: 'STOPPED', create_time: 1 }));
    expect(await create({ returnExisting: true })).toEqual({
      outcome: 'existing',
      sync_task_id: 'old',
      status: 'STOPPED',
    });
    expect(creations()).toBe(0);
  });

  it('prefers a task that runs, then the newest', async () => {
    tasks.push(
      task('stopped', { status: 'STOPPED', create_time: NOW + 2 }),
      task('older', { create_time: NOW }),
      task('newer', { create_time: NOW + 1 }),
    );
    expect(await create({ returnExisting: true })).toMatchObject({ sync_task_id: 'newer' });
  });

  it('creates one where there is none', async () => {
    expect(await create({ returnExisting: true })).toEqual({ outcome: 'created', sync_task_id: 'new-1' });
  });

  it('makes a lost answer safe to repeat', async () => {
    onCreate = (work) => {
      work();
      return LOST;
    };
    onList = (index) => (index >= 1 && index <= 4 ? { status: 503 } : undefined);
    await expect(create({ returnExisting: true })).rejects.toBeInstanceOf(AmbiguousCreateError);

    expect(await create({ returnExisting: true })).toMatchObject({ outcome: 'existing', sync_task_id: 'new-1' });
    expect(tasks).toHaveLength(1);
  });

  it('creates nothing where the tasks cannot be listed', async () => {
    onList = () => ({ status: 403 });
    await expect(create({ returnExisting: true })).rejects.toBeInstanceOf(OmsResponseError);
    expect(creations()).toBe(0);
  });
});

function createOnceIn(src_region: string) {
  const oms = new OmsClient({
    endpoint: stub.url,
    projectId: 'project',
    credentials: () => ({ authToken: 'token' }),
    maxAttempts: 1,
  });
  return createOnce(
    { ...BODY, src_region },
    {
      oms,
      returnExisting: false,
      remaining: () => 60_000,
      sleep: async () => {},
      now: () => NOW,
      log: { info: () => {}, warn: () => {} },
    },
  );
}
