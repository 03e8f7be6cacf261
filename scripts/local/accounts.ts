import { randomBytes } from 'node:crypto';

/** A key pair that the local cloud knows, permanent or issued for an agency. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Set for temporary credentials only; must then come with every request. */
  readonly securityToken?: string;
  /** Milliseconds since the epoch; absent for permanent keys. */
  readonly expiresAt?: number;
}

/** Every key pair of the local cloud, shared by its services, as IAM is on the platform. */
export class Accounts {
  readonly #keys = new Map<string, AccessKey>();
  readonly #now: () => number;

  constructor(permanent: readonly AccessKey[], now: () => number = Date.now) {
    this.#now = now;
    for (const key of permanent) this.#keys.set(key.accessKey, key);
  }

  /** The key pair, or undefined when it is unknown or has expired. */
  find(accessKey: string): AccessKey | undefined {
    const key = this.#keys.get(accessKey);
    if (key?.expiresAt === undefined || key.expiresAt > this.#now()) return key;
    this.#keys.delete(accessKey);
    return undefined;
  }

  /**
   * Temporary credentials, as a function with an agency receives them.
   *
   * @param ttl milliseconds; the platform's are valid for 24 hours
   */
  issueTemporary(ttl = 24 * 3600_000): AccessKey & { readonly securityToken: string; readonly expiresAt: number } {
    const key = {
      accessKey: `HST${randomBytes(9).toString('hex').toUpperCase().slice(0, 17)}`,
      secretKey: randomBytes(20).toString('hex'),
      securityToken: randomBytes(48).toString('base64url'),
      expiresAt: this.#now() + ttl,
    };
    this.#keys.set(key.accessKey, key);
    return key;
  }
}
