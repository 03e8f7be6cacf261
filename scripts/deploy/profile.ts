import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CredentialsError } from './errors.ts';

/** Fields of a section of the profile file, by each of their names in the vendor's tools. */
const FIELDS = {
  accessKey: ['ak', 'access_key', 'access_key_id'],
  secretKey: ['sk', 'secret_key', 'secret_access_key'],
  securityToken: ['security_token'],
  projectId: ['project_id'],
} as const;

export type Profile = { readonly [Field in keyof typeof FIELDS]?: string };

/** Sections that stand for no choice: the vendor's SDKs have `basic`. */
const UNNAMED = ['basic', 'default'];

/**
 * Reads a profile of `~/.huaweicloud/credentials`, or of the file that HUAWEICLOUD_SDK_CREDENTIALS_FILE names.
 *
 * @param options.name of the section; `basic` or `default` where it is left out
 * @returns undefined where no name was given and there is no file, or no such section
 * @throws CredentialsError which holds nothing of the file
 * @see https://github.com/huaweicloud/huaweicloud-sdk-nodejs-v3 (README, "Profile file")
 */
export async function readProfile(options: {
  readonly name: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<Profile | undefined> {
  const { name, env } = options;
  const file = env['HUAWEICLOUD_SDK_CREDENTIALS_FILE'] || join(env['HOME'] ?? '', '.huaweicloud', 'credentials');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    if (name === undefined) return undefined;
    throw new CredentialsError(`There is no file ${file} to read the profile ${name} from.`);
  }
  const sections = parseIni(text);
  const section = (name === undefined ? UNNAMED : [name]).map((one) => sections.get(one)).find((one) => one);
  if (section) return profileOf(section);
  if (name === undefined) return undefined;
  throw new CredentialsError(`${file} has no section [${name}].`);
}

/** Sections of an INI file, their names and keys in lower case. Lines that are neither are passed over. */
function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const header = /^\[([^\]]+)\]$/.exec(trimmed);
    if (header?.[1]) {
      current = sections.get(header[1].trim()) ?? new Map();
      sections.set(header[1].trim(), current);
      continue;
    }
    const equals = trimmed.indexOf('=');
    if (equals > 0) current?.set(trimmed.slice(0, equals).trim().toLowerCase(), trimmed.slice(equals + 1).trim());
  }
  return sections;
}

function profileOf(section: ReadonlyMap<string, string>): Profile {
  const found = Object.entries(FIELDS).flatMap(([field, names]) => {
    const value = names.map((name) => section.get(name)).find((one) => one);
    return value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(found);
}
