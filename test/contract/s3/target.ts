import { S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Answer, type Credentials, type SignedRequest, send, signed } from './raw.ts';

/** A server under test. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** The workbench of a check: a client, and a bucket of its own that exists and is empty. */
export interface Bench extends Target {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Sends a request that is signed with the target's credentials. */
  call(request: SignedRequest): Promise<Answer>;
}

export interface Check {
  /** A sentence about the behaviour. */
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

export function check(name: string, run: (bench: Bench) => Promise<void>): Check {
  return { name, run };
}

export function clientOf({ endpoint, region, credentials }: Target): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: credentials.accessKey,
      secretAccessKey: credentials.secretKey,
      ...(credentials.securityToken ? { sessionToken: credentials.securityToken } : {}),
    },
  });
}

export function benchOf(target: Target, s3: S3Client, bucket: string): Bench {
  return {
    ...target,
    s3,
    bucket,
    call: (request) => send(target.endpoint, signed(target.endpoint, target.credentials, request)),
  };
}

/** Asserts that the service answers an error with this status and one of these codes. */
export async function expectRefusal(work: Promise<unknown>, status: number, ...codes: string[]): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as { name: string; Code?: string; $metadata?: { httpStatusCode?: number } },
  );
  expect(error, 'expected an error').toBeDefined();
  expect({ status: error?.$metadata?.httpStatusCode, code: error?.name }).toEqual({
    status,
    code: codes.length === 1 ? codes[0] : expect.toBeOneOf(codes),
  });
}

export function expectAnswer(answer: Answer, status: number, code?: string): void {
  const actual = /<Code>([^<]*)<\/Code>/.exec(answer.body)?.[1];
  expect({ status: answer.status, code: actual }, answer.body).toEqual({ status, code });
}

/** Text of a body that the SDK returned. */
export async function textOf(output: {
  readonly Body?: { transformToString(): Promise<string> } | undefined;
}): Promise<string> {
  return (await output.Body?.transformToString()) ?? '';
}
