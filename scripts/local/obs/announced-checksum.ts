import { CHECKSUM_HEADERS, checksumOf } from './checksums.ts';
import { S3Error } from './errors.ts';

/** The one checksum that a request states of its body: in a header, or in a trailer that a header announces. */
export interface AnnouncedChecksum {
  /** The header's name, such as `x-amz-checksum-crc32`. */
  readonly name: string;
  /** Absent where a trailer brings it. */
  readonly value?: string;
}

/** Headers of this prefix that are no checksums. */
const NOT_A_VALUE: readonly string[] = ['algorithm', 'mode', 'type'].map((name) => `x-amz-checksum-${name}`);

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 * @throws S3Error InvalidRequest for several checksums, an unknown one, and a claim about it that does not hold
 */
export function announcedChecksum(headers: Readonly<Record<string, string>>): AnnouncedChecksum | undefined {
  const stated = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-checksum-') && !NOT_A_VALUE.includes(name),
  );
  if (stated.some((name) => !CHECKSUM_HEADERS.includes(name)))
    throw new S3Error('InvalidRequest', 'The algorithm type you specified in x-amz-checksum- header is invalid.');
  const trailers = (headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  if (trailers.some((name) => !CHECKSUM_HEADERS.includes(name)))
    throw new S3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported');
  const [name, another] = [...stated, ...trailers];
  if (another !== undefined)
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  checkAlgorithm(headers['x-amz-sdk-checksum-algorithm'], name);
  if (name === undefined) return undefined;
  const value = headers[name];
  if (value === undefined) return { name };
  checkChecksumValue(name, value, 'header');
  return { name, value };
}

function checkAlgorithm(algorithm: string | undefined, name: string | undefined): void {
  if (algorithm === undefined) return;
  if (name === undefined)
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  if (name !== `x-amz-checksum-${algorithm.toLowerCase()}`)
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
}

export function checkChecksumValue(name: string, value: string, where: 'header' | 'trailing header'): void {
  const size = (text: string): number => Buffer.from(text, 'base64').length;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value || bytes.length !== size(checksumOf(name)?.base64() ?? ''))
    throw new S3Error('InvalidRequest', `Value for ${name} ${where} is invalid.`);
}
