import { S3Error } from './errors.ts';
import { StreamReader } from './stream-reader.ts';

/** Bytes of everything in front of the file. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html */
const MAX_FIELDS = 20 * 1024;

interface Form {
  /** Names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly filename: string;
  /** The caller must read it to its end. */
  readonly file: AsyncGenerator<Buffer>;
}

/**
 * Reads multipart/form-data up to the field `file`; what comes behind the file is ignored, as S3 does.
 * @throws S3Error MalformedPOSTRequest, InvalidArgument when there is no file, MaxMessageLengthExceeded
 */
export async function readForm(source: AsyncIterable<Buffer>, contentType: string): Promise<Form> {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new S3Error('MalformedPOSTRequest');
  const reader = new StreamReader(source);
  const malformed = (): S3Error => new S3Error('MalformedPOSTRequest');
  if ((await reader.until(`--${boundary}\r\n`, MAX_FIELDS)) === undefined) throw malformed();
  const fields = new Map<string, string>();
  for (let size = 0; ; ) {
    const head = await reader.until('\r\n\r\n', MAX_FIELDS);
    if (head === undefined)
      throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
        ArgumentName: 'file',
      });
    const disposition = /^content-disposition:(.*)$/im.exec(head.toString('utf8'))?.[1] ?? '';
    const name = parameter(disposition, 'name')?.toLowerCase();
    if (name === undefined) throw malformed();
    if (name === 'file') {
      const filename = (parameter(disposition, 'filename') ?? '').replace(/^.*[\\/]/, '');
      return { fields, filename, file: reader.stream(`\r\n--${boundary}`) };
    }
    const value = await reader.until(`\r\n--${boundary}\r\n`, MAX_FIELDS);
    if (value === undefined)
      throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
        ArgumentName: 'file',
      });
    size += head.length + value.length;
    if (size > MAX_FIELDS) throw new S3Error('MaxMessageLengthExceeded');
    fields.set(name, value.toString('utf8'));
  }
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(disposition);
  return match?.[1]?.replace(/\\(["\\])/g, '$1') ?? match?.[2];
}
