import { randomBytes } from 'node:crypto';
import { Permissions, type PolicyDocument } from './iam/policy.ts';

/** A key pair that the local cloud knows, permanent or issued for an agency. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Set for temporary credentials only; must then come with every request. */
  readonly securityToken?: string;
  /** Milliseconds since the epoch; absent for permanent keys. */
  readonly expiresAt?: number;
  /** The agency whose permissions temporary credentials have; without one, everything is allowed. */
  readonly agency?: string;
}

/** Every key pair of the local cloud, shared by its services, as IAM is on the platform. */
export class Accounts {
  readonly #keys = new Map<string, AccessKey>();
  #agencies: ReadonlyMap<string, Permissions> = new Map();
  readonly #now: () => number;

  constructor(permanent: readonly AccessKey[], now: () => number = Date.now) {
    this.#now = now;
    for (const key of permanent) this.#keys.set(key.accessKey, key);
  }

  find(accessKey: string): AccessKey | undefined {
    const key = this.#keys.get(accessKey);
    if (key?.expiresAt === undefined || key.expiresAt > this.#now()) return key;
    this.#keys.delete(accessKey);
    return undefined;
  }

  /** Gives agencies their policies, in place of those that there are; the platform takes up to a quarter of an hour. */
  setAgencies(agencies: ReadonlyMap<string, readonly PolicyDocument[]>): void {
    this.#agencies = new Map([...agencies].map(([name, documents]) => [name, new Permissions(documents)]));
  }

  /**
   * The permissions of an access key; undefined where it may do everything: permanent keys, agencies without policies.
   */
  permissionsOf(accessKey: string): Permissions | undefined {
    const agency = this.find(accessKey)?.agency;
    return agency === undefined ? undefined : this.#agencies.get(agency);
  }

  /** Temporary credentials, as a function with an agency receives them; the platform's are valid for 24 hours. */
  issueTemporary(
    ttl = 24 * 3600_000,
    agency?: string,
  ): AccessKey & { readonly securityToken: string; readonly expiresAt: number } {
    const key = {
      accessKey: `HST${randomBytes(9).toString('hex').toUpperCase().slice(0, 17)}`,
      secretKey: randomBytes(20).toString('hex'),
      securityToken: randomBytes(48).toString('base64url'),
      expiresAt: this.#now() + ttl,
      ...(agency === undefined ? {} : { agency }),
    };
    this.#keys.set(key.accessKey, key);
    return key;
  }
}
