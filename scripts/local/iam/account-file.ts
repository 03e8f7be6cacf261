import { readFile } from 'node:fs/promises';
import type { AccessKey } from '../accounts.ts';

/** An access key besides that of the local cloud, with what it may do at OMS; everything without a list. */
export interface ExtraAccount extends AccessKey {
  readonly permissions?: ReadonlySet<string>;
}

/**
 * Reads `[{"access_key": "...", "secret_key": "...", "permissions": ["oms:synctask:createEvent"]}]`.
 * @throws Error that names the file and the place in it, never a value
 */
export async function readAccountFile(file: string): Promise<ExtraAccount[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new Error(`The account file ${file} is not readable: ${reason}`);
  }
  if (!Array.isArray(value)) throw new Error(`The account file ${file} must hold an array`);
  return value.map((entry: Record<string, unknown> | null, index) => {
    const { access_key: accessKey, secret_key: secretKey, permissions } = entry ?? {};
    const complain = (what: string): Error => new Error(`The account file ${file} is not valid: [${index}].${what}`);
    if (typeof accessKey !== 'string' || accessKey === '') throw complain('access_key must be a string');
    if (typeof secretKey !== 'string' || secretKey === '') throw complain('secret_key must be a string');
    if (permissions === undefined) return { accessKey, secretKey };
    if (!Array.isArray(permissions) || !permissions.every((action) => /^oms:synctask:\w+$/.test(String(action))))
      throw complain('permissions must be an array of actions like oms:synctask:createEvent');
    return { accessKey, secretKey, permissions: new Set(permissions.map(String)) };
  });
}
