import { OBS_V2 } from '../sigv2.ts';
import { S3Error } from './errors.ts';
import type { Query } from './request.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * OBS has `x-obs-*` for requests with its own signature, and `x-amz-*` for those with a signature of AWS. Inside the
 * store every header has its `x-amz-*` name. Throws S3Error InvalidArgument where both differ.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0007.html
 */
export function innerHeaders(headers: Headers): Headers {
  const inner: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    const key = name.replace(/^x-obs-/, 'x-amz-');
    if (inner[key] !== undefined && inner[key] !== value)
      throw new S3Error('InvalidArgument', `${key} and ${key.replace('x-amz-', 'x-obs-')} have different values.`, {
        ArgumentName: key,
      });
    inner[key] = value;
  }
  return inner;
}

/** Whether a request is signed, or tries to be, with the signature of OBS. */
export function speaksObs(headers: Headers, query: Query): boolean {
  return headers['authorization']?.startsWith(`${OBS_V2.scheme} `) ?? query.has(OBS_V2.keyParameter);
}

const OBS_CLASSES: Readonly<Record<string, string>> = { STANDARD_IA: 'WARM', GLACIER: 'COLD' };

/** A storage class as the client names it: two of S3's classes have other names in OBS. */
export function classNameOf(stored: string | undefined, obs: boolean): string {
  const name = stored ?? 'STANDARD';
  return obs ? (OBS_CLASSES[name] ?? name) : name;
}

export function answerHeaders(headers: Headers, obs: boolean): Headers {
  if (!obs) return headers;
  const answered: Record<string, string> = {};
  for (const [inner, value] of Object.entries(headers)) {
    const name = inner.replace(/^x-amz-/, OBS_V2.headerPrefix);
    answered[name] = name === 'x-obs-storage-class' ? classNameOf(value, obs) : value;
  }
  return answered;
}

/** Parameters of a signature, which say nothing about an object, and checksums, which are of the body of a later request. */
const NOT_HOISTED =
  /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|content-sha256|security-token|checksum-.*|sdk-.*)$/;

/** Headers that a client presigns count in the query, too. Throws S3Error InvalidArgument where they differ. */
export function withHoisted(headers: Headers, query: Query): Headers {
  const inner = { ...innerHeaders(headers) };
  for (const [parameter, value] of query.pairs) {
    const name = parameter.toLowerCase().replace(/^x-obs-/, 'x-amz-');
    if (!name.startsWith('x-amz-') || NOT_HOISTED.test(name)) continue;
    const bytes = Buffer.from(value, 'utf8').toString('latin1');
    if (inner[name] !== undefined && inner[name] !== bytes)
      throw new S3Error('InvalidArgument', `${name} has different values in the query and in the headers.`, {
        ArgumentName: name,
      });
    inner[name] = bytes;
  }
  return inner;
}
