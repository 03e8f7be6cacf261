import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { amzDate, hmacHex, signingKey } from '../../../scripts/local/sigv4.ts';
import { type Answer, send } from './raw.ts';
import { type Bench, check, expectAnswer, expectRefusal, textOf } from './target.ts';

interface FormOptions {
  readonly fields?: Readonly<Record<string, string>>;
  /** Added to those that name the fields. */
  readonly conditions?: readonly unknown[];
  readonly expiresIn?: number;
  readonly content?: string;
  readonly filename?: string;
  readonly secretKey?: string;
  /** Sent without being named in the policy. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** Sends what a browser sends for an upload form. */
function postForm({ endpoint, credentials, bucket }: Bench, options: FormOptions = {}): Promise<Answer> {
  const {
    fields = { key: 'k' },
    conditions = [],
    expiresIn = 60_000,
    content = 'content',
    filename = 'f.txt',
  } = options;
  const date = amzDate(Date.now());
  const scope = { date: date.slice(0, 8), region: 'us-east-1', service: 's3' };
  const all: Record<string, string> = {
    ...fields,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${credentials.accessKey}/${scope.date}/us-east-1/s3/aws4_request`,
    'x-amz-date': date,
  };
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(Date.now() + expiresIn).toISOString(),
      conditions: [
        { bucket },
        ...Object.entries(all).map(([name, value]) => nameCondition(name, value)),
        ...conditions,
      ],
    }),
  ).toString('base64');
  const secret = signingKey(options.secretKey ?? credentials.secretKey, scope);
  const sent = { ...all, ...options.extra, policy, 'x-amz-signature': hmacHex(secret, policy) };
  const boundary = '----boundary1234';
  const parts = Object.entries(sent).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  parts.push(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n` +
      `Content-Type: text/plain\r\n\r\n${content}\r\n--${boundary}--\r\n`,
  );
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const body = Buffer.from(parts.join(''));
  return send(endpoint, {
    method: 'POST',
    path: `/${bucket}`,
    headers: { ...headers, 'content-length': String(body.length) },
    body,
  });
}

function nameCondition(name: string, value: string): unknown {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of S3's forms
  return value.includes('${filename}') ? ['starts-with', `$${name}`, value.split('$')[0]] : ['eq', `$${name}`, value];
}

export const formChecks = [
  check('a form stores its file with its fields as headers', async (bench) => {
    const fields = { key: '报告/a+b ☃.txt', 'Content-Type': 'text/x-form', 'x-amz-meta-a': '1' };
    const content = 'line\r\n--not a boundary\r\n\u0000end';
    expect((await postForm(bench, { fields, content })).status).toBe(204);
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: fields.key }));
    expect(await textOf(output)).toBe(content);
    expect(output).toMatchObject({ ContentType: 'text/x-form', Metadata: { a: '1' } });
  }),
  check('a form may take the key from the file name', async (bench) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of S3's forms
    await postForm(bench, { fields: { key: 'in/${filename}' }, filename: 'photo 1.jpg' });
    const output = await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'in/photo 1.jpg' }));
    expect(output.ContentLength).toBe(7);
  }),
  check('a form chooses its answer', async (bench) => {
    const created = await postForm(bench, { fields: { key: 'k', success_action_status: '201' } });
    expect(created.status).toBe(201);
    expect(created.body).toContain('<Key>k</Key>');
    const redirect = 'http://localhost/done';
    const redirected = await postForm(bench, { fields: { key: 'k', success_action_redirect: redirect } });
    expect(redirected.status).toBe(303);
    expect(redirected.headers['location']).toContain(`${redirect}?bucket=${bench.bucket}&key=k`);
  }),
  check('a form that somebody else signed is refused', async (bench) => {
    expect((await postForm(bench, { secretKey: 'wrong' })).status).toBe(403);
    await expectRefusal(bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' })), 404, 'NotFound');
  }),
  check('a form whose policy has expired or does not hold is refused', async (bench) => {
    expectAnswer(await postForm(bench, { expiresIn: -1000 }), 403, 'AccessDenied');
    expectAnswer(await postForm(bench, { conditions: [['starts-with', '$key', 'other/']] }), 403, 'AccessDenied');
  }),
  check('a form with a field that its policy does not name is refused', async (bench) => {
    expectAnswer(await postForm(bench, { extra: { 'x-amz-meta-b': '1' } }), 403, 'AccessDenied');
  }),
  check('a file outside the size range of the policy is refused and not stored', async (bench) => {
    expectAnswer(await postForm(bench, { conditions: [['content-length-range', 0, 6]] }), 400, 'EntityTooLarge');
    expectAnswer(await postForm(bench, { conditions: [['content-length-range', 8, 9]] }), 400, 'EntityTooSmall');
    await expectRefusal(bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' })), 404, 'NotFound');
  }),
  check('a form that asks for access for others, or for tags, is refused', async (bench) => {
    for (const [name, value] of [
      ['acl', 'public-read'],
      ['tagging', '<Tagging/>'],
      ['x-amz-server-side-encryption', 'AES256'],
    ] as const)
      expectAnswer(await postForm(bench, { fields: { key: 'k', [name]: value } }), 501, 'NotImplemented');
    expectAnswer(await postForm(bench, { fields: { key: 'k', acl: 'private' } }), 204);
  }),
];
