import type { DocumentSource } from '#shared/redrive/document.ts';
import type { RedriveFilter } from '#shared/redrive/options.ts';
import { type Context, textOf } from '../command.ts';

/** The conditions that only this command has, by its flags. */
export function readFilter(context: Pick<Context, 'values' | 'words'>): RedriveFilter {
  const { values, words } = context;
  const kind = textOf(context, 'kind') as DocumentSource | undefined;
  const causes = values['cause'];
  const glob = textOf(context, 'glob');
  const [, name] = words;
  return {
    kinds: new Set(kind === undefined ? ['failed_invocation', 'dead_letter', 'parked'] : [kind]),
    ...(Array.isArray(causes) && { causes: new Set<string>(causes) }),
    ...(glob !== undefined && { objects: globPattern(glob) }),
    ...(name !== undefined && { name }),
  };
}

const WILDCARD = /\*\*|\*|\?/g;
const MEANING: Readonly<Record<string, string>> = { '**': '[^]*', '*': '[^/]*', '?': '[^/]' };

/** The pattern of `photos/**\/*.jpg`: `*` and `?` stand for anything but the slash, `**` for anything. */
export function globPattern(glob: string): RegExp {
  const literal = glob.split(WILDCARD).map((text) => text.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&'));
  const wildcards = glob.match(WILDCARD) ?? [];
  const source = literal.map((text, index) => text + (MEANING[wildcards[index] ?? ''] ?? '')).join('');
  return new RegExp(`^${source}$`, 'u');
}
