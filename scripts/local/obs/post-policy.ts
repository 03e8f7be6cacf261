import { signatureV2 } from '../sigv2.ts';
import { ALGORITHM, hmacHex, parseAmzDate, sameText, signingKey } from '../sigv4.ts';
import { type Authenticator, findAccount } from './auth.ts';
import { parseCredential } from './auth-v4.ts';
import { S3Error } from './errors.ts';

interface SizeRange {
  readonly min: number;
  readonly max: number;
}

interface AllowedForm extends SizeRange {
  readonly accessKey: string;
}

const EXEMPT = /^(?:policy|signature|token|awsaccesskeyid|accesskeyid|x-amz-signature|file|x-ignore-.*)$/;

/**
 * Verifies who signed a form's policy, and that the form, with `bucket` and final `key`, keeps to it. Throws S3Error.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function authorizeForm(fields: ReadonlyMap<string, string>, authenticator: Authenticator): AllowedForm {
  const [fromToken, tokenSignature, tokenPolicy] = fields.get('token')?.split(':') ?? [];
  const policy = fields.get('policy') ?? tokenPolicy;
  const signature = fields.get('signature') ?? tokenSignature;
  const v4 = fields.get('x-amz-signature');
  if (policy === undefined || (v4 ?? signature) === undefined) throw new S3Error('AccessDenied');
  if (v4 !== undefined && signature !== undefined)
    throw new S3Error('InvalidArgument', 'The form has two signatures.', { ArgumentName: 'signature' });
  const accessKey =
    v4 === undefined
      ? (fields.get('awsaccesskeyid') ?? fields.get('accesskeyid') ?? fromToken ?? '')
      : parseCredential(fields.get('x-amz-credential') ?? '', true).accessKey;
  const token = fields.get('x-amz-security-token') ?? fields.get('x-obs-security-token');
  const { secretKey } = findAccount(accessKey, token, authenticator);
  if (
    !sameText(
      v4 ?? signature ?? '',
      v4 === undefined ? signatureV2(secretKey, policy) : v4Of(fields, secretKey, policy),
    )
  )
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKey });
  return { accessKey, ...checkPolicy(parsePolicy(policy), fields, authenticator.now()) };
}

function v4Of(fields: ReadonlyMap<string, string>, secretKey: string, policy: string): string {
  if (fields.get('x-amz-algorithm') !== ALGORITHM || parseAmzDate(fields.get('x-amz-date') ?? '') === undefined)
    throw new S3Error('InvalidArgument', 'The form must have the fields x-amz-algorithm and x-amz-date.');
  const { scope } = parseCredential(fields.get('x-amz-credential') ?? '', true);
  return hmacHex(signingKey(secretKey, scope), policy);
}

interface Policy {
  readonly expiration: number;
  readonly conditions: readonly unknown[];
}

function parsePolicy(base64: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
  }
  const { expiration, conditions } = (document ?? {}) as { expiration?: unknown; conditions?: unknown };
  const time = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(time) || !Array.isArray(conditions))
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: it needs expiration and conditions.');
  return { expiration: time, conditions };
}

function checkPolicy({ expiration, conditions }: Policy, fields: ReadonlyMap<string, string>, now: number): SizeRange {
  const refuse = (why: string): never => {
    throw new S3Error('AccessDenied', `Invalid according to Policy: ${why}`);
  };
  if (now > expiration) refuse('Policy expired.');
  const covered = new Set<string>(['bucket']);
  let size: SizeRange = { min: 0, max: Number.MAX_SAFE_INTEGER };
  for (const condition of conditions.flatMap(asTriples)) {
    const [operator, subject, value] = condition;
    if (operator === 'content-length-range') {
      size = { min: Number(subject), max: Number(value) };
      continue;
    }
    const name = String(subject).replace(/^\$/, '').toLowerCase();
    const actual = fields.get(name) ?? '';
    const expected = String(value);
    const holds = operator === 'eq' ? actual === expected : operator === 'starts-with' && actual.startsWith(expected);
    if (!holds) refuse(`Policy Condition failed: ${JSON.stringify(condition)}`);
    covered.add(name);
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !EXEMPT.test(name));
  if (extra.length > 0) refuse(`Extra input fields: ${extra.join(', ')}`);
  return size;
}

/** `{"acl": "public-read"}` is short for `["eq", "$acl", "public-read"]`. */
function asTriples(condition: unknown): readonly (readonly [string, unknown, unknown])[] {
  if (Array.isArray(condition) && condition.length === 3)
    return [[String(condition[0]).toLowerCase(), condition[1], condition[2]]];
  if (condition !== null && typeof condition === 'object' && !Array.isArray(condition))
    return Object.entries(condition).map(([name, value]) => ['eq', name, value] as const);
  throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid condition.');
}
