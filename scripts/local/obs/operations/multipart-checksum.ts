import type { Call } from '../call.ts';
import { CHECKSUM_HEADERS, checksumOf, type Digest } from '../checksums.ts';
import { S3Error } from '../errors.ts';
import type { ObjectRecord, PartRecord, UploadChecksum } from '../records.ts';
import type { Upload } from '../state.ts';
import type { Store } from '../store.ts';

type Headers = Readonly<Record<string, string>>;

export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Headers;
}

/**
 * The checksum that an upload, or a copy, is to have.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * @throws S3Error InvalidRequest
 */
export function requestedChecksum(headers: Headers): UploadChecksum | undefined {
  const { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type } = headers;
  if (algorithm === undefined) return undefined;
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
  if (!CHECKSUM_HEADERS.includes(name))
    throw new S3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
        '[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  const onlyWhole = name.endsWith('crc64nvme');
  const possible = onlyWhole ? ['FULL_OBJECT'] : name.includes('crc') ? ['COMPOSITE', 'FULL_OBJECT'] : ['COMPOSITE'];
  if (type !== undefined && !possible.includes(type))
    throw new S3Error('InvalidRequest', `The ${type} checksum type cannot be used with the ${algorithm} algorithm.`);
  return { name, whole: onlyWhole || type === 'FULL_OBJECT' };
}

/** Checks what a completion states of the object and its parts, and computes the checksum that the object keeps. */
export async function completedChecksum(
  { store, headers }: Call,
  { checksum }: Upload,
  parts: readonly PartRecord[],
  named: readonly NamedPart[],
): Promise<Pick<ObjectRecord, 'checksums'>> {
  const release = store.blobs.lease(parts.map(({ segment }) => segment));
  try {
    for (const [index, part] of parts.entries())
      for (const [name, value] of Object.entries(named[index]?.checksums ?? {}))
        if ((await partChecksum(store, part, name)) !== value) throw new S3Error('InvalidPart');
    const [stated, another] = CHECKSUM_HEADERS.filter((name) => headers[name] !== undefined);
    const name = stated ?? checksum?.name;
    if (name === undefined) return {};
    if (another !== undefined || name !== (checksum?.name ?? name))
      throw new S3Error('InvalidRequest', 'The checksum is of another algorithm than the upload was begun with.');
    const whole = checksum?.whole ?? !headers[name]?.includes('-');
    const value = whole ? await wholeChecksum(store, parts, name) : await compositeChecksum(store, parts, name);
    if (stated !== undefined && headers[stated] !== value) throw new S3Error('BadDigest');
    return { checksums: { [name]: value } };
  } finally {
    release();
  }
}

export async function wholeChecksum(
  { blobs }: Store,
  parts: readonly Pick<PartRecord, 'segment'>[],
  name: string,
): Promise<string> {
  const digest = checksumOf(name) as Digest;
  for (const { segment } of parts)
    for await (const chunk of blobs.read([segment], 0, segment.size)) digest.update(chunk);
  return digest.base64();
}

/** The checksum of the checksums of the parts, with their number. */
async function compositeChecksum(store: Store, parts: readonly PartRecord[], name: string): Promise<string> {
  const digest = checksumOf(name) as Digest;
  for (const part of parts) digest.update(Buffer.from(await partChecksum(store, part, name), 'base64'));
  return `${digest.base64()}-${parts.length}`;
}

async function partChecksum(store: Store, part: PartRecord, name: string): Promise<string> {
  return part.checksums?.[name] ?? wholeChecksum(store, [part], name);
}
