import { type ListedPage, type ListRequest, ObjectLister } from '#shared/listing/lister.ts';
import { ObjectStoreClient, type ObjectStoreOptions } from '#shared/objectstore/client.ts';
import type { ListVersion } from '#shared/objectstore/providers.ts';
import { byBytes } from '../../helpers/model-store.ts';
import { send, signed } from '../s3/raw.ts';
import type { Target } from '../s3/target.ts';

export const BUCKET = 'listing';

/** Keys around everything that splits: several pages of them, with the hostile ones among them. */
export function manyKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index * 7919).padStart(8, '0');
    return index % 3 === 0 ? `报告/${number}+%20&.txt` : index % 3 === 1 ? `flat-${number}` : `😀/${number}/～`;
  });
}

export function clientOf(target: Target, listVersion: ListVersion, options: Partial<ObjectStoreOptions> = {}) {
  return new ObjectStoreClient({
    endpoint: target.endpoint,
    region: target.region,
    credentials: () => target.credentials,
    overrides: { listVersion },
    ...options,
  });
}

export const listerOf = (
  target: Target,
  listVersion: ListVersion,
  options: Partial<ObjectStoreOptions> = {},
  pageKeys = 100,
) => new ObjectLister({ store: clientOf(target, listVersion, options), pageKeys });

/** Makes the bucket and stores an object of one byte per key. */
export async function fill(target: Target, keys: readonly string[], bucket = BUCKET): Promise<string[]> {
  await send(
    target.endpoint,
    signed(target.endpoint, target.credentials, { method: 'PUT', bucket, region: target.region }),
  );
  const client = clientOf(target, 2);
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let index = next++; index < keys.length; index = next++)
        await client.putObject({ bucket, key: keys[index] ?? '', body: 'x' });
    }),
  );
  return [...keys].sort(byBytes);
}

export async function keysOf(pages: AsyncIterable<ListedPage>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of pages) for (const { key } of objects) keys.push(key);
  return keys;
}

/** Keys that came before a listing failed, and how it failed. */
export async function failureOf(lister: ObjectLister, request: Partial<ListRequest> = {}) {
  const seen: string[] = [];
  try {
    for await (const { objects } of lister.pages({ bucket: BUCKET, ...request }))
      seen.push(...objects.map(({ key }) => key));
  } catch (error) {
    return { seen, error: error as Error & { readonly fault?: string } };
  }
  return { seen, error: undefined };
}
