import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { CorsRule } from '../records.ts';
import { childrenOf, childText, element, parseXml, type XmlNode } from '../xml.ts';

const METHODS: readonly string[] = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
export async function putBucketCors({ store, bucket, body }: Call): Promise<Reply> {
  store.bucket(bucket);
  const document = parseXml(await body.text());
  const rules = childrenOf(document, 'CORSRule').map(readRule);
  if (document.name !== 'CORSConfiguration' || rules.length === 0 || rules.length > 100)
    throw new S3Error('MalformedXML');
  await store.setCors(bucket, rules);
  return { status: 200 };
}

export async function getBucketCors({ store, bucket }: Call): Promise<Reply> {
  const { cors } = store.bucket(bucket);
  if (!cors) throw new S3Error('NoSuchCORSConfiguration', undefined, { BucketName: bucket });
  const all = (name: string, values: readonly string[]): string => values.map((value) => element(name, value)).join('');
  const rules = cors.map(
    ({ id, origins, methods, headers, exposeHeaders, maxAge }) =>
      `<CORSRule>${element('ID', id)}${all('AllowedMethod', methods)}${all('AllowedOrigin', origins)}` +
      `${all('AllowedHeader', headers)}${element('MaxAgeSeconds', maxAge)}${all('ExposeHeader', exposeHeaders)}</CORSRule>`,
  );
  return xmlReply('CORSConfiguration', rules.join(''));
}

export async function deleteBucketCors({ store, bucket }: Call): Promise<Reply> {
  await store.setCors(bucket, undefined);
  return { status: 204 };
}

function readRule(node: XmlNode): CorsRule {
  const all = (name: string): string[] => childrenOf(node, name).map((child) => child.text.trim());
  const id = childText(node, 'ID');
  const maxAge = childText(node, 'MaxAgeSeconds')?.trim();
  const rule = {
    ...(id === undefined ? {} : { id }),
    origins: all('AllowedOrigin'),
    methods: all('AllowedMethod'),
    headers: all('AllowedHeader'),
    exposeHeaders: all('ExposeHeader'),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
  };
  if (rule.origins.length === 0 || rule.methods.length === 0 || !/^\d*$/.test(maxAge ?? ''))
    throw new S3Error('MalformedXML');
  const method = rule.methods.find((name) => !METHODS.includes(name));
  if (method !== undefined)
    throw new S3Error(
      'InvalidRequest',
      `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
    );
  if ([...rule.origins, ...rule.headers].some((pattern) => pattern.split('*').length > 2))
    throw new S3Error('InvalidRequest', 'A CORS origin or header can not have more than one wildcard.');
  return rule;
}

export function corsHeaders(
  rules: readonly CorsRule[] | undefined,
  origin: string | undefined,
  method: string,
): Record<string, string> {
  const rule = origin === undefined ? undefined : rules?.find((rule) => ruleMatches(rule, origin, method, []));
  return rule && origin !== undefined ? allowHeaders(rule, origin) : {};
}

/** Answers a preflight request, which comes unsigned. */
export function preflight(rules: readonly CorsRule[] | undefined, headers: Readonly<Record<string, string>>): Reply {
  const origin = headers['origin'];
  const method = headers['access-control-request-method'];
  if (origin === undefined || method === undefined)
    throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.');
  const requested = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules?.find((candidate) => ruleMatches(candidate, origin, method, requested));
  if (!rule)
    throw new S3Error('AccessForbidden', rules ? undefined : 'CORSResponse: CORS is not enabled for this bucket.');
  return {
    status: 200,
    headers: {
      ...allowHeaders(rule, origin),
      ...(requested.length > 0 ? { 'access-control-allow-headers': requested.join(', ') } : {}),
      ...(rule.maxAge === undefined ? {} : { 'access-control-max-age': String(rule.maxAge) }),
    },
  };
}

function ruleMatches(rule: CorsRule, origin: string, method: string, requested: readonly string[]): boolean {
  return (
    rule.origins.some((pattern) => wildcardMatches(pattern, origin)) &&
    rule.methods.includes(method) &&
    requested.every((name) => rule.headers.some((pattern) => wildcardMatches(pattern.toLowerCase(), name)))
  );
}

function wildcardMatches(pattern: string, value: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === value;
  return value.length >= before.length + after.length && value.startsWith(before) && value.endsWith(after);
}

function allowHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const any = rule.origins.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.exposeHeaders.length > 0 ? { 'access-control-expose-headers': rule.exposeHeaders.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}
