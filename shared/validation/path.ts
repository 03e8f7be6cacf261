const PLAIN_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;
const SHOWN_NAME = 64;
/** An access key has 20 capitals and digits, a secret key 40 of all kinds; no field of anybody's has such a name. */
const LIKE_A_KEY = /^(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z]).{16}/s;

/**
 * A path as errors show it: `source_cdn.domain`, `object_keys[3]`, `["odd name"]`.
 * Names come from the input, so they are escaped and cut, and one that looks like a key is hidden: an error must
 * neither break a log line nor repeat a body or a credential that stands in the wrong place.
 */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (LIKE_A_KEY.test(String(part))) text += '["[hidden]"]';
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

/** UTF-16 units without a partner cannot be written as UTF-8, so not as part of a URL. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Tells whether a text can be one segment of a URL path. `.` and `..` cannot: every proxy on the way may resolve them
 * (RFC 3986, section 5.2.4), percent-encoding does not protect them, and the call would reach another URL.
 */
export function isPathSegment(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && !LONE_SURROGATE.test(value);
}
