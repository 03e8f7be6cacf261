import { randomBytes } from 'node:crypto';

export interface IssuedTokens {
  has(token: string): boolean;
  accessKeyOf?(token: string): string | undefined;
}

interface Issued {
  readonly accessKey: string;
  readonly expiresAt: number;
}

/** Milliseconds: "A token is valid for 24 hours." https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html */
const TOKEN_LIFETIME = 24 * 3600_000;

/** Every token that the local IAM has issued and that is still valid; services ask it, as on the platform. */
export class Tokens implements IssuedTokens {
  readonly #issued = new Map<string, Issued>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  issue(accessKey: string, lifetime = TOKEN_LIFETIME): { readonly token: string; readonly expiresAt: number } {
    const expiresAt = this.#now() + lifetime;
    for (const [token, issued] of this.#issued) if (issued.expiresAt <= this.#now()) this.#issued.delete(token);
    // Real ones are several kilobytes of base64 and begin alike.
    const token = `MII${randomBytes(300).toString('base64url')}`;
    this.#issued.set(token, { accessKey, expiresAt });
    return { token, expiresAt };
  }

  has(token: string): boolean {
    return this.accessKeyOf(token) !== undefined;
  }

  accessKeyOf(token: string): string | undefined {
    const issued = this.#issued.get(token);
    return issued && issued.expiresAt > this.#now() ? issued.accessKey : undefined;
  }
}
