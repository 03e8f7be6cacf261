import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { LIMITS } from './limits.ts';
import { migratedHeaders, sameMigratedHeaders } from './metadata.ts';
import { factsOf, mustCopy, type ObjectFacts } from './overwrite.ts';
import type { S3Bucket, S3Client, S3Response } from './s3-client.ts';
import { destinationClass } from './storage-class.ts';
import type { Task } from './task.ts';

/** Stable names of what can go wrong with one object; they hold no name of an object. */
export type FailureReason =
  | 'key_too_long'
  | 'source_not_found'
  | 'source_refused'
  | 'source_archived'
  | 'restore_refused'
  | 'restore_timed_out'
  | 'source_size_unknown'
  | 'source_keeps_changing'
  | 'source_is_cdn'
  | 'destination_refused'
  | 'inconsistent'
  | 'unavailable'
  /** A fault plan said so. */
  | 'injected';

type CopyResult =
  | { readonly outcome: 'success' | 'skip'; readonly size: number; readonly reason?: undefined }
  | { readonly outcome: 'failure'; readonly size: 0; readonly reason: FailureReason };

/** Broken off because the server stops; the object stays accepted and is copied after the next start. */
export class CopyInterrupted extends Error {
  override readonly name = 'CopyInterrupted';
}

export interface CopyRequest {
  readonly task: Task;
  /** Decoded. */
  readonly key: string;
  readonly source: S3Bucket;
  readonly destination: S3Bucket;
  /** An earlier process may have copied this object already. */
  readonly resumed: boolean;
}

interface CopyTools {
  readonly s3: S3Client;
  /** How often an object is tried while a bucket answers 429 or 5xx or not at all. */
  readonly attempts: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Milliseconds: how often a restoration is looked at, and after how long it counts as failed. */
  readonly restore: { readonly poll: number; readonly timeout: number };
  readonly signal: AbortSignal;
}

/** Results of earlier tries of the same object. */
interface Progress {
  /** Then the destination's time may be later than that of a source which it does not hold. */
  mayHaveWritten: boolean;
  /** A copy that was made before the source changed, or before a bucket became unavailable. */
  copied?: CopyResult;
}

/**
 * Clouds whose archived objects OMS restores, and for how many days by default.
 * https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0042.html, "Restore Archived Data"
 */
const RESTORING_CLOUDS: ReadonlySet<string> = new Set(['HuaweiCloud', 'Aliyun', 'KingsoftCloud', 'Tencent']);
const RESTORED_DAYS = 3;
/** How often one object is read again because it changed while it was being copied. */
const ROUNDS = 10;
/** Bytes up to which an object is held in memory instead of being streamed. */
const BUFFERED = 256 * 1024;
/** Bytes up to which an object of unknown size is held in memory. */
const UNKNOWN_SIZE_LIMIT = 64 * 1024 * 1024;

/** Copies one object as the task's settings say. Throws CopyInterrupted. */
export async function copyObject(request: CopyRequest, tools: CopyTools): Promise<CopyResult> {
  if (Buffer.byteLength(request.key) > LIMITS.objectKeyBytes) return failure('key_too_long');
  // Its sources are URLs of a content delivery network, which the local cloud does not have.
  if (request.task.settings.source_cdn) return failure('source_is_cdn');
  const progress: Progress = { mayHaveWritten: request.resumed };
  let restoring = 0;
  for (let attempt = 1; ; attempt++) {
    if (tools.signal.aborted) throw new CopyInterrupted();
    try {
      const result = await copyCurrentState(request, tools, progress);
      if (result.reason !== 'source_archived' || !restores(request.task)) return result;
      if (restoring >= tools.restore.timeout) return failure('restore_timed_out');
      const { status } = refuseUnavailable(await tools.s3.restoreObject(request.source, request.key, RESTORED_DAYS));
      // 409: asked for before, and still under way.
      if (status !== 200 && status !== 202 && status !== 409) return failure('restore_refused');
      await tools.sleep(tools.restore.poll, tools.signal);
      restoring += tools.restore.poll;
      attempt = 0;
      continue;
    } catch (error) {
      if (tools.signal.aborted) throw new CopyInterrupted('', { cause: error });
      if (attempt >= tools.attempts) return failure('unavailable');
    }
    await tools.sleep(100 * 2 ** attempt * tools.random(), tools.signal).catch(() => {});
  }
}

/**
 * Copies until the source is what was copied. What changes while it is being copied has an older time than its copy,
 * but is the newer state: its own event would find it skipped.
 */
async function copyCurrentState(request: CopyRequest, tools: CopyTools, progress: Progress): Promise<CopyResult> {
  for (let round = 0; round < ROUNDS; round++) {
    const { result, source } = await copyOnce(request, tools, progress);
    if (!source) return result;
    progress.copied = result;
    const now = await tools.s3.headObject(request.source, request.key);
    refuseUnavailable(now);
    const after = factsOf(now.headers);
    // A source that is gone is left alone: OMS does not synchronize deletions.
    if (now.status !== 200) return result;
    if (after.etag === source.etag && after.lastModified === source.lastModified) return result;
  }
  return failure('source_keeps_changing');
}

/** @returns the state of the source that was copied, where one was */
async function copyOnce(
  { task, key, source, destination }: CopyRequest,
  { s3 }: CopyTools,
  progress: Progress,
): Promise<{ result: CopyResult; source?: ObjectFacts }> {
  const { enable_metadata_migration: migrate, consistency_check: consistencyCheck } = task.settings;
  const [got, existing] = await both(s3.getObject(source, key), s3.headObject(destination, key), (unused) =>
    unused.body.destroy(),
  );
  const refuse = (reason: FailureReason): { result: CopyResult } => {
    discard(got);
    return { result: failure(reason) };
  };
  if (unavailable(got) || unavailable(existing)) {
    discard(got);
    refuseUnavailable(got);
    refuseUnavailable(existing);
  }
  if (got.status !== 200) {
    const reason = await sourceFailure(got);
    return { result: (reason === 'source_not_found' ? progress.copied : undefined) ?? failure(reason) };
  }
  if (existing.status !== 200 && existing.status !== 404) return refuse('destination_refused');

  const from = factsOf(got.headers);
  const to = existing.status === 200 ? factsOf(existing.headers) : undefined;
  const sameContent =
    to !== undefined &&
    from.etag !== undefined &&
    from.etag === to.etag &&
    sameMigratedHeaders(got.headers, existing.headers, migrate);
  const rules = { mode: task.overwriteMode, consistencyCheck };
  if (!mustCopy(rules, from, to, { timesProveNothing: progress.mayHaveWritten, sameContent })) {
    discard(got);
    return { result: progress.copied ?? { outcome: 'skip', size: 0 } };
  }
  if (from.size === undefined && consistencyCheck !== 'transmission') return refuse('source_size_unknown');

  const headers = {
    ...migratedHeaders(got.headers, migrate),
    'x-amz-storage-class': destinationClass(task.settings.dst_storage_policy, got.headers),
  };
  progress.mayHaveWritten = true;
  const { size, md5, answer } = await write(s3, destination, key, headers, got, from.size);
  refuseUnavailable(answer);
  if (answer.status !== 200) return { result: failure('destination_refused') };
  const written = answer.headers['etag']?.replaceAll('"', '');
  // Stronger than the documented comparison of sizes; a store that encrypts answers an ETag that is no MD5.
  const comparable = written !== undefined && /^[0-9a-f]{32}$/.test(written) && from.etag === md5;
  if (comparable && written !== md5) return { result: failure('inconsistent') };
  return { result: { outcome: 'success', size }, source: from };
}

async function write(
  s3: S3Client,
  destination: S3Bucket,
  key: string,
  headers: Readonly<Record<string, string>>,
  got: S3Response,
  size: number | undefined,
): Promise<{ size: number; md5: string; answer: S3Response }> {
  if (size === undefined || size <= BUFFERED) {
    const body = await readAll(got, size ?? UNKNOWN_SIZE_LIMIT);
    const answer = await s3.putObject(destination, key, { ...headers, 'content-length': String(body.length) }, body);
    return { size: body.length, md5: createHash('md5').update(body).digest('hex'), answer };
  }
  const hash = createHash('md5');
  const through = new Transform({
    transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  // Not pipeline(): the client destroys `through` when the request breaks, and that must reach the source.
  got.body.on('error', (error) => through.destroy(error));
  through.on('close', () => got.body.destroy());
  got.body.pipe(through);
  try {
    const answer = await s3.putObject(destination, key, { ...headers, 'content-length': String(size) }, through);
    if (answer.status !== 200) {
      through.destroy();
      return { size, md5: '', answer };
    }
    return { size, md5: hash.digest('hex'), answer };
  } catch (error) {
    through.destroy();
    throw error;
  }
}

async function readAll(response: S3Response, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) throw new Error('The source sent more than it announced');
  }
  return Buffer.concat(chunks);
}

async function sourceFailure(response: S3Response): Promise<FailureReason> {
  const text = (await readAll(response, 64 * 1024)).toString('utf8');
  if (text.includes('<Code>InvalidObjectState</Code>')) return 'source_archived';
  return response.status === 404 ? 'source_not_found' : 'source_refused';
}

async function both<T>(first: Promise<T>, second: Promise<T>, dispose: (unused: T) => void): Promise<[T, T]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  for (const settled of [a, b]) if (settled.status === 'fulfilled') dispose(settled.value);
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}

/** A short body is read so that its connection can be used again; a long one is not worth it. */
function discard({ body, headers }: S3Response): void {
  body.on('error', () => {});
  if (Number(headers['content-length'] ?? BUFFERED) < BUFFERED) body.resume();
  else body.destroy();
}

function unavailable({ status }: S3Response): boolean {
  return status === 429 || status >= 500;
}

function refuseUnavailable(response: S3Response): S3Response {
  if (unavailable(response)) throw new Error(`A bucket answered ${response.status}`);
  return response;
}

function restores({ settings }: Task): boolean {
  return settings.enable_restore && RESTORING_CLOUDS.has(settings.src_cloud_type);
}

function failure(reason: FailureReason): CopyResult {
  return { outcome: 'failure', size: 0, reason };
}
