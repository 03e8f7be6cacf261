import type { ListedObject, ObjectStore } from '#shared/objectstore/port.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import { OMS_RESULT_PREFIX } from '#shared/pipeline/filter.ts';

export type ListedOutcome = 'copied' | 'failed' | 'skipped';

export interface ListSearch {
  readonly store: ObjectStore;
  /** The destination. */
  readonly bucket: string;
  readonly syncTaskId: string;
  readonly key: string;
  /** Milliseconds since the epoch: lists that were written before say nothing of the present version. */
  readonly since: number;
}

interface FoundLine {
  readonly outcome: ListedOutcome | 'unknown';
  /** Time of the list: milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
}

export interface ListResult {
  readonly found: FoundLine | undefined;
  /** Folders of lists that there are. */
  readonly folders: readonly string[];
  /** Whether every list that counts was read. */
  readonly complete: boolean;
}

const LIMITS = { folders: 8, pages: 10, lists: 100, bytes: 32 * 1024 * 1024, listBytes: 16 * 1024 * 1024, reading: 8 };

/**
 * Looks for an object in the lists of results that OMS writes below `oms/sync_task/<id>/` of the destination. The vendor
 * names the folder of copied objects only: every folder is read, and `fail`, `skip` or `ignore` and `success` in its name
 * tell what it lists.
 *
 * @throws ObjectStoreError
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0044.html
 */
export async function findInLists(search: ListSearch): Promise<ListResult> {
  const { store, bucket, key, since } = search;
  const root = `${OMS_RESULT_PREFIX}${search.syncTaskId}/`;
  const folders = await foldersBelow(root, search);
  const listed = await Promise.all(folders.map((folder) => listsBelow(`${root}${folder}/`, search)));
  const lists = listed
    .flatMap(({ lists }, index) => lists.map((list) => ({ ...list, outcome: outcomeOf(folders[index] ?? '') })))
    .filter(({ lastModified }) => lastModified >= since)
    .sort((one, other) => other.lastModified - one.lastModified);
  const found: FoundLine[] = [];
  let bytes = 0;
  let left = lists.length;
  await forEachConcurrently(lists.slice(0, LIMITS.lists), LIMITS.reading, async (list) => {
    const isNewest = found.every(({ at }) => at <= list.lastModified);
    if (!isNewest || bytes + list.size > LIMITS.bytes) return;
    bytes += list.size;
    const { body } = await store.getObject({ bucket, key: list.key, maxBytes: LIMITS.listBytes });
    left -= 1;
    if (hasLine(body.toString('utf8'), key))
      found.push({ outcome: list.outcome, at: list.lastModified, name: list.key });
  });
  const [newest] = found.sort((one, other) => other.at - one.at);
  const complete = newest !== undefined || (left === 0 && listed.every((each) => each.complete));
  return { found: newest, folders, complete };
}

function outcomeOf(folder: string): FoundLine['outcome'] {
  if (/fail/i.test(folder)) return 'failed';
  if (/skip|ignore/i.test(folder)) return 'skipped';
  return /success/i.test(folder) ? 'copied' : 'unknown';
}

/** The port has no delimiter: each folder is found by its first name, and the next behind all that begin with it. */
async function foldersBelow(root: string, { store, bucket }: ListSearch): Promise<string[]> {
  const folders: string[] = [];
  let startAfter = root;
  while (folders.length < LIMITS.folders) {
    const { objects } = await store.listObjects({ bucket, prefix: root, startAfter, maxKeys: 1 });
    const [folder, ...rest] = objects[0]?.key.slice(root.length).split('/') ?? [];
    if (objects[0] === undefined || folder === undefined) break;
    if (rest.length === 0) {
      startAfter = objects[0].key;
      continue;
    }
    folders.push(folder);
    // `0` is the character behind the slash.
    startAfter = `${root}${folder}0`;
  }
  return folders;
}

async function listsBelow(
  prefix: string,
  { store, bucket }: ListSearch,
): Promise<{ readonly lists: readonly ListedObject[]; readonly complete: boolean }> {
  const lists: ListedObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < LIMITS.pages; page += 1) {
    const { objects, nextToken } = await store.listObjects({
      bucket,
      prefix,
      ...(token !== undefined && { continuationToken: token }),
    });
    lists.push(...objects.filter(({ size }) => size > 0));
    token = nextToken;
    if (token === undefined) return { lists, complete: true };
  }
  return { lists, complete: false };
}

/** Time, name and, of copied objects, size; what separates them is not documented. */
const LINE = /^(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d\S*?)([\t ,|]+)(.*)$/s;

function hasLine(text: string, key: string): boolean {
  if (!text.includes(key)) return false;
  return text.split(/\r?\n/).some((line) => {
    const [, , separator = '', rest = ''] = LINE.exec(line) ?? [];
    if (rest === key || line === key) return true;
    if (separator === '') return false;
    const own = separator.includes('\t') ? '\t' : separator;
    return (
      rest.startsWith(key + own) &&
      !/\t/.test(key) &&
      (own === '\t' || /^\S*$/.test(rest.slice(key.length + own.length)))
    );
  });
}
