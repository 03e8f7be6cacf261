import { readEndpoint } from '#shared/http/endpoint.ts';
import { isNotHttp, Transport, TransportFailure } from '#shared/http/transport.ts';
import { SigV4Signer } from '#shared/objectstore/sigv4.ts';
import type { EndpointsFile } from '../local/endpoints-file.ts';
import { isRunning } from '../local/process-identity.ts';
import { UsageError } from './errors.ts';

/** Milliseconds; a local cloud at work may take a while. */
const PATIENCE = 10_000;
/** Bytes of an answer: a list of buckets, an error. */
const ANSWER = 1 << 20;
/** Codes of a connection that nobody accepts. */
const NOBODY = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EADDRNOTAVAIL']);
const WRONG_KEYS = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch']);

/** The part of an endpoints file that tells whether its local cloud runs. */
export type CloudAddress = Pick<EndpointsFile, 'obs' | 'region' | 'access_key' | 'secret_key' | 'process'>;

/**
 * Whether the local cloud of an endpoints file no longer runs: killed, it leaves the file behind. Its object store is
 * asked for its buckets with the keys of the file. Where the answer says neither yes nor no, the process decides that
 * wrote the file; where that is not known either, it counts as running, and the command itself finds out what is wrong.
 *
 * @param file for the sentence
 * @returns a sentence that says so; undefined where it runs
 */
export async function staleReason(file: string, cloud: CloudAddress): Promise<string | undefined> {
  const reason = await whyNot(cloud);
  return reason && `${file} is left over from a local cloud that no longer runs: ${reason}; start one with npm start`;
}

/** @throws UsageError where the local cloud of the file no longer runs */
export async function checkRuns(file: string, cloud: CloudAddress): Promise<void> {
  const reason = await staleReason(file, cloud);
  if (reason !== undefined) throw new UsageError(reason);
}

async function whyNot(cloud: CloudAddress): Promise<string | undefined> {
  const { obs, region, access_key: accessKey, secret_key: secretKey, process: owner } = cloud;
  const unclear = owner === undefined || isRunning(owner) ? undefined : `another service listens at ${obs}`;
  try {
    const endpoint = readEndpoint(obs);
    const unsigned = { method: 'GET', path: '/', query: '', headers: { host: endpoint.host } } as const;
    const { body } = await new Transport(endpoint).send({
      method: 'GET',
      target: '/',
      headers: new SigV4Signer(region).sign(unsigned, { accessKey, secretKey }, Date.now()),
      body: '',
      timeout: PATIENCE,
      freshConnection: true,
      maxBytes: ANSWER,
    });
    const text = body.toString();
    const [, code = ''] = /<Error>[\s\S]*<Code>(\w+)<\/Code>/.exec(text) ?? [];
    if (WRONG_KEYS.has(code)) return `what listens at ${obs} has other keys`;
    return code !== '' || text.includes('<ListAllMyBucketsResult') ? undefined : `another service listens at ${obs}`;
  } catch (error) {
    // Somebody wrote the file by hand: its reader says what is wrong.
    if (error instanceof TypeError) return undefined;
    if (!(error instanceof TransportFailure)) throw error;
    if (NOBODY.has(error.code)) return `nobody listens at ${obs}`;
    return isNotHttp(error.code) ? `another service listens at ${obs}` : unclear;
  }
}
