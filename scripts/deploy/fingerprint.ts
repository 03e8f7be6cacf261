import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>((text, salt, length, done) =>
  scrypt(text, salt, length, done),
);
/** Bytes. */
const SALT = 4;
const HASH = 8;

/**
 * Stands for secrets that the API never shows again, so that a deployment can tell whether they changed. Salted, and
 * slow to compute: who reads it does not find a short secret by trying.
 *
 * @param secrets by name
 * @param salt 8 hexadecimal digits; random where it is left out
 * @returns 24 hexadecimal digits; undefined where there are none
 */
export async function secretsFingerprint(
  secrets: Readonly<Record<string, string>>,
  salt: string = randomBytes(SALT).toString('hex'),
): Promise<string | undefined> {
  const entries = Object.entries(secrets).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return undefined;
  const hash = await derive(JSON.stringify(entries), Buffer.from(salt, 'hex'), HASH);
  return salt + hash.toString('hex');
}

/** Whether a fingerprint is one of these secrets; that of none is undefined. */
export async function isFingerprintOf(
  fingerprint: string | undefined,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (fingerprint === undefined) return Object.keys(secrets).length === 0;
  const expected = await secretsFingerprint(secrets, fingerprint.slice(0, 2 * SALT));
  return expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(fingerprint));
}

/** Owner and fingerprint, at the end of a description. */
const MARK = /(?:^| )\[([\w-]+\/[\w-]+)(?: ([0-9a-f]{24}))?\]$/;

/** Who looks after a function: names alone would not tell the stage `dev` from `dev-2`. */
export function ownerOf({ service, stage }: { readonly service: string; readonly stage: string }): string {
  return `${service}/${stage}`;
}

/** A description, with its owner and the fingerprint of its secrets. */
export function markedDescription(text: string, owner: string, fingerprint: string | undefined): string {
  const mark = fingerprint === undefined ? owner : `${owner} ${fingerprint}`;
  return `${text}${text === '' ? '' : ' '}[${mark}]`;
}

export interface Description {
  readonly text: string;
  readonly owner: string | undefined;
  readonly fingerprint: string | undefined;
}

/** Takes a description apart again. */
export function readDescription(description: string): Description {
  const match = MARK.exec(description);
  if (!match) return { text: description, owner: undefined, fingerprint: undefined };
  return { text: description.slice(0, match.index), owner: match[1], fingerprint: match[2] };
}

/** Hexadecimal digits by which a version's name tells its content. */
const SHORT = 10;

export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, SHORT);
}

const VERSION_NAME = new RegExp(`^v\\d{8}-\\d{6}-([0-9a-f]{${SHORT}})-([0-9a-f]{${SHORT}})$`);

/**
 * Name of a published version: when, then what. The hashes make publishing repeatable: a deployment that was interrupted
 * after it finds what it published. 38 of the 42 characters that a name may have.
 */
export function versionName(deployed: number, hashes: VersionHashes): string {
  const iso = new Date(deployed).toISOString().replace(/[-:]/g, '');
  return `v${iso.slice(0, 8)}-${iso.slice(9, 15)}-${hashes.code}-${hashes.content}`;
}

export interface VersionHashes {
  /** Hash of the zip. */
  readonly code: string;
  /** Hash of zip and configuration. */
  readonly content: string;
}

/** When the deployment began that published a version, as text that sorts by time; undefined as below. */
export function deploymentOf(name: string): string | undefined {
  return VERSION_NAME.test(name) ? name.slice(1, 16) : undefined;
}

/** Undefined for a version that was published by anything else. */
export function readVersionName(name: string): VersionHashes | undefined {
  const [, code, content] = VERSION_NAME.exec(name) ?? [];
  return code === undefined || content === undefined ? undefined : { code, content };
}
