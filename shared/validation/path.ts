/** What may follow a dot in a path. */
const PLAIN_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;
/** UTF-16 units of a foreign name that a path shows. */
const SHOWN_NAME = 64;

/**
 * A path as errors show it: `source_cdn.domain`, `object_keys[3]`, `["odd name"]`.
 * Names come from the input, so they are escaped and cut: an error must neither break a log line nor repeat a body.
 */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (PLAIN_NAME.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${quote(String(part))}]`;
  }
  return text;
}

function quote(name: string): string {
  const shown = name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}...` : name;
  return JSON.stringify(shown).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
