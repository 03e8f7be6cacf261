import type { FailureDestination } from '../../../serverless/config.ts';

/** The log stream that the caller named for a function; each field is optional, since the service fills in defaults. */
export interface LogPlace {
  readonly groupId?: string;
  readonly groupName?: string;
  readonly streamId?: string;
  readonly streamName?: string;
}

/** How a version runs. Published versions keep theirs for ever. */
export interface Settings {
  readonly runtime: string;
  readonly handler: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly description: string;
  readonly initializer?: string;
  /** Seconds. */
  readonly initializerTimeout?: number;
  readonly userData: Readonly<Record<string, string>>;
  /** Never part of an answer. */
  readonly encryptedUserData: Readonly<Record<string, string>>;
  readonly xrole?: string;
  /** The execution agency: whose rights the code has, where it differs from `xrole`. */
  readonly appXrole?: string;
  /** Fields that nothing here depends on; shown as they were sent. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface Code {
  /** SHA-512 in hex. */
  readonly digest: string;
  readonly size: number;
  readonly type: 'zip' | 'jar' | 'inline' | 'obs';
  readonly filename?: string;
  readonly url?: string;
}

export interface Version {
  readonly name: string;
  readonly note?: string;
  readonly settings: Settings;
  readonly code: Code;
  /** Instances at most; -1: no limit, 0: disabled. */
  readonly instances: number;
  readonly logs?: LogPlace;
  readonly modified: number;
  /** Another one each time anything changes that an instance depends on. */
  readonly revision: string;
}

export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Percent of the requests for an additional version. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly modified: number;
}

export interface AsyncSettings {
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  readonly onFailure?: FailureDestination;
  readonly statusLog?: boolean;
  readonly created: number;
  readonly modified: number;
}

export interface StoredFunction {
  readonly format: 1;
  readonly name: string;
  readonly package: string;
  readonly id: string;
  /** The name of its log lines and its queue, where that differs from its own. */
  readonly label?: string;
  /** Not kept over a restart. */
  readonly ephemeral?: boolean;
  readonly created: number;
  readonly latest: Version;
  /** Published, oldest first. */
  readonly versions: readonly Version[];
  readonly aliases: readonly Alias[];
  /** Settings by `latest`, version, or `!alias`. */
  readonly asyncSettings: Readonly<Record<string, AsyncSettings>>;
  /** Digest of what was published last, even when that version is gone. */
  readonly published?: { readonly digest: string; readonly settings: string };
}

/** The function's name in log lines and the queue, with its group where that is not the default one. */
export function labelOf(fn: StoredFunction): string {
  return fn.label ?? (fn.package === 'default' ? fn.name : `${fn.package}.${fn.name}`);
}

/** All versions, `latest` first, then the newest. */
export function versionsOf(fn: StoredFunction): readonly Version[] {
  return [fn.latest, ...fn.versions.toReversed()];
}

/** The version that `latest`, a version's name or `!alias` stands for; an alias may divide its requests at random. */
export function versionAt(fn: StoredFunction, qualifier: string, random: () => number = () => 1): Version | undefined {
  if (qualifier === 'latest') return fn.latest;
  if (!qualifier.startsWith('!')) return fn.versions.find(({ name }) => name === qualifier);
  const alias = aliasAt(fn, qualifier);
  if (!alias) return undefined;
  let share = random() * 100;
  for (const [name, weight] of Object.entries(alias.weights ?? {})) {
    share -= weight;
    if (share < 0) return versionAt(fn, name);
  }
  return versionAt(fn, alias.version);
}

export function aliasAt(fn: StoredFunction, qualifier: string): Alias | undefined {
  return fn.aliases.find(({ name }) => `!${name}` === qualifier);
}

/**
 * The asynchronous settings of an alias, else of its version. Nothing is inherited from `latest`.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0141.html
 */
export function asyncSettingsAt(fn: StoredFunction, qualifier: string): AsyncSettings | undefined {
  const own = fn.asyncSettings[qualifier];
  if (own) return own;
  const alias = aliasAt(fn, qualifier);
  return alias && fn.asyncSettings[alias.version];
}
