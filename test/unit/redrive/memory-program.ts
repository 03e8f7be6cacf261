import type { ObjectStore } from '#shared/objectstore/port.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { failedInvocation, keysLetter, record } from '../../helpers/redrive-documents.ts';
import { NOW, RedriveWorld } from '../../helpers/redrive-world.ts';

const { documentBytes, documentValues, eventRecords, letterKeys } = REDRIVE_LIMITS;
const [first] = [record('a')];
const { keys: _keys, event: _event, ...common } = keysLetter({ Records: [first] });

/** Joins as many pieces with commas as there is room for. */
function list(piece: (index: number) => string, most: number, bytes = documentBytes - 4_096): string {
  let text = '';
  for (let index = 0; text.length < bytes && index < most; index += 1) text += `${piece(index)},`;
  return text.slice(0, -1);
}
const keys = (bytes?: number): string => {
  const written = list((index) => `{"bucket":"source","key":"${index}","path":""}`, letterKeys, bytes);
  return `${JSON.stringify(common).slice(0, -1)},"keys":[${written}],"event":null}`;
};
const records = (text: string): string =>
  JSON.stringify(failedInvocation({ Records: [] })).replace('[]', () => `[${text}]`);
const beside = (text: string): string => records(`${JSON.stringify(first).slice(0, -1)},"part":${text}}`);
const key = (index: number) =>
  `{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"source"},"object":{"key":"${index}"}}}`;

/** The worst documents that we know of, each with how many routes match its objects. */
export const DOCUMENTS: Readonly<Record<string, readonly [routes: number, body: () => string]>> = {
  'letters of 2.7 MB': [1, () => keys(2.7e6)],
  'as many keys as a letter may have': [1, () => keys()],
  'as many keys as a letter may have, for 40 tasks': [40, () => keys().replace('task-1', 'gone')],
  'as many records as an event may have': [1, () => records(list(key, eventRecords))],
  'records that lack what they need': [1, () => records(`${list(() => '{"s3":{}}', eventRecords - 1)},${key(0)}`)],
  'records of keys that cannot be decoded': [
    1,
    () => records(list((index) => key(index).replace('"key":"', '"key":"%'), eventRecords)),
  ],
  'records for 40 tasks': [40, () => records(list(key, 3_000))],
  'objects of a member each': [1, () => beside(`[${list((index) => `{"f${index}":1}`, documentValues / 2 - 200)}]`)],
  'one object of many members': [1, () => beside(`{${list((index) => `"f${index}":1`, documentValues - 200)}}`)],
  'more values than are read': [1, () => list(() => '1', Number.POSITIVE_INFINITY)],
  'a text of quotes': [1, () => `"${'\\"'.repeat(documentBytes / 2 - 1)}"`],
};

/** Redrives two of the documents, of which OMS refuses every key, and tells how much memory the process had. */
export async function run(name: string): Promise<{ readonly megabytes: number; readonly read: number }> {
  const [routes, body] = DOCUMENTS[name] ?? [0, () => ''];
  const bytes = Buffer.from(body());
  const objects = [1, 2].map((index) => ({
    key: `dead-letters/${index}`,
    size: bytes.length,
    lastModified: NOW - 1_000,
  }));
  // The store stands for one on another machine: it keeps nothing here.
  const store: Partial<ObjectStore> = {
    listObjects: async ({ prefix = '' }) => ({ objects: objects.filter((each) => each.key.startsWith(prefix)) }),
    getObject: async () => ({ body: Buffer.from(bytes) }),
    putObject: async () => ({}),
    deleteObject: async () => {},
    headObject: async () => undefined,
  };
  const world = Object.create(new RedriveWorld(), { store: { value: store } }) as RedriveWorld;
  const tasks = Array.from({ length: routes }, (_, index) => `task-${index + 1}`);
  const { documents } = await RedriveWorld.prototype.redrive.call(world, {
    deadLetters: world.deadLetters,
    routes: tasks.map((sync_task_id) => ({ source: { bucket: 'source' }, sync_task_id })),
    // The first calls are taken apart; then all that is left is left.
    send: async () => Promise.reject(omsError(400, 'OMS.0064')),
  });
  return { megabytes: Math.round(process.resourceUsage().maxRSS / 1024), read: documents.read };
}
