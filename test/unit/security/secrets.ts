/**
 * Every stretch of ten characters of a secret has this mark, so that a piece of one is found, too. With a number: words
 * of English have none.
 */
const MARK = /leak\d/i;

/** A secret with the mark throughout, of the characters that are given, which are those that real ones have. */
function secret(number: number, separators: string, length: number): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1)
    text += `LEAK${number % 10}${separators[index % separators.length] ?? ''}${Math.floor(number / 10)}`;
  return text.slice(0, length);
}

/** Each begins in its own way, and each is of the length and the characters of a real one. */
export const SECRETS = {
  agencyAk: secret(1, 'AGENCY', 20),
  agencySk: secret(2, '/+=', 40),
  agencyToken: secret(3, 'ab+/', 400),
  iamToken: secret(4, 'MI-_', 400),
  variableAk: secret(5, 'VARIABLE', 20),
  variableSk: secret(6, '/"+\\', 40),
  variableToken: secret(7, 'token', 300),
  srcAk: secret(8, 'SOURCE', 20),
  srcSk: secret(9, '"\\/\'&<', 40),
  dstAk: secret(10, 'DEST', 20),
  dstSk: secret(11, '+/%é', 40),
  cdnKey: secret(12, 'cdn', 32),
  appCode: secret(13, 'app', 32),
  authorization: secret(14, 'SDK', 64),
  cookie: secret(15, 'ck', 48),
  authToken: secret(16, 'xt', 300),
} as const;

/** How a text that echoes a secret may write it. */
export const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'percent-encoded': encodeURIComponent,
  'percent-encoded throughout': (text) => [...Buffer.from(text)].map((byte) => `%${hex(byte)}`).join(''),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64url, behind another character': (text) => Buffer.from(`x${text}`).toString('base64url'),
  'in base64, behind two others': (text) => Buffer.from(`xy${text}`).toString('base64'),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'in upper case': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'in HTML': (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
};

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/**
 * Secrets in a text, or pieces of one: as it stands, percent-encoded, escaped as JSON or HTML, in base64 or
 * hexadecimal, in either case of letters, also one within another.
 */
export function leaksIn(text: string): string[] {
  const found = new Set<string>();
  for (const view of viewsOf(text)) {
    const at = view.search(MARK);
    if (at >= 0) found.add(view.slice(Math.max(0, at - 60), at + 40));
  }
  return [...found];
}

function* viewsOf(text: string): Generator<string> {
  yield text;
  const plain = unescaped(unescaped(text));
  yield plain;
  // The text in front of the secret in it cannot be known.
  for (const run of plain.match(/[A-Za-z0-9+/_-]{16,}/g) ?? [])
    for (const skip of [0, 1, 2, 3]) yield unescaped(Buffer.from(run.slice(skip), 'base64').toString('latin1'));
  for (const run of plain.match(/(?:[0-9a-f]{2}){10,}/gi) ?? []) yield Buffer.from(run, 'hex').toString('latin1');
}

function unescaped(text: string): string {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["\\/])/g, '$1');
}
