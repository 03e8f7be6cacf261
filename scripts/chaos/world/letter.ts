/** Content of a stored document, read as an engineer would: without the code that wrote it. */
export interface Letter {
  readonly kind: string | undefined;
  readonly code: string | undefined;
  readonly attempts: number | undefined;
  /** The objects that it is about, where it names them. */
  readonly keys: readonly { readonly bucket: string; readonly key: string }[] | undefined;
  /** The wish whose task it is for; undefined: every wish of its objects. */
  readonly scope: ReadonlySet<number> | undefined;
  /** The event that it holds, as text. */
  readonly event: string;
}

interface Written {
  readonly kind?: string;
  readonly code?: string;
  readonly attempts?: number;
  readonly sync_task_id?: string;
  readonly keys?: readonly { readonly bucket: string; readonly key: string }[];
  readonly event?: unknown;
}

/** @param wishOf place of the wish that a task serves; below 0 for none */
export function readLetter(text: string, wishOf: (task: string) => number): Letter {
  let written: Written;
  try {
    written = JSON.parse(text) as Written;
  } catch {
    return { kind: undefined, code: undefined, attempts: undefined, keys: undefined, scope: undefined, event: text };
  }
  const wish = written.sync_task_id === undefined ? -1 : wishOf(written.sync_task_id);
  return {
    kind: written.kind,
    code: written.code,
    attempts: written.attempts,
    keys: written.kind === 'keys' ? (written.keys ?? []) : undefined,
    scope: wish < 0 ? undefined : new Set([wish]),
    // A failure destination's document has no `event`; its payload is found in the whole text.
    event: JSON.stringify(written.event) ?? text,
  };
}
