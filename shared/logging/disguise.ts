/** Patterns that give a secret away in a text that does not hold it as it is. */
interface Tells {
  /** Its beginning, in lower case and without backslashes; empty for a secret that is too short to be recognised. */
  readonly beginning: string;
  /** Its beginning in base64, for every offset of the text before it. */
  readonly base64: readonly string[];
}

/** Characters that identify a secret; a message may be cut in its middle. A shorter secret is matched as a whole. */
const TELLING = 12;
/** Characters of the shortest secret; innocent text would match a shorter one. */
const SHORTEST = 8;
/** Characters of base64 that depend on the bytes before a secret, for none, one and two such bytes. */
const SHARED_CHARACTERS = [0, 2, 3] as const;

/** Patterns of known secrets: an event can have thousands of log lines, each with many texts. */
const known = new Map<string, Tells>();
/** Most secrets that are kept: credentials are replaced every few hours. */
const MOST_KNOWN = 64;

function tellsOf(secret: string): Tells {
  const found = known.get(secret);
  if (found) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const beginning = secret
    .slice(0, 2 * TELLING)
    .replaceAll('\\', '')
    .slice(0, TELLING)
    .toLowerCase();
  const tells = beginning.length < SHORTEST ? { beginning: '', base64: [] } : { beginning, base64: base64Of(secret) };
  known.set(secret, tells);
  return tells;
}

function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret.slice(0, TELLING));
  return SHARED_CHARACTERS.map((shared, skipped) => {
    const encoded = Buffer.concat([Buffer.alloc(skipped), bytes]).toString('base64');
    // The last characters depend on what follows.
    return encoded.slice(shared, Math.floor(((bytes.length + skipped) * 8) / 6));
  });
}

const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;
const JSON_ESCAPE = /\\u([0-9A-Fa-f]{4})/g;
const HTML_REFERENCE = /&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));/gi;
/** Levels of nested encodings that are decoded. */
const ROUNDS = 2;

/** @returns the text as it stands, and with percent-encoding and escapes of JSON and HTML decoded once and twice */
function decodings(text: string): string[] {
  const views = [text];
  let plain = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (plain.includes('%')) plain = plain.replace(ESCAPES, percentDecoded);
    if (plain.includes('\\')) plain = plain.replace(JSON_ESCAPE, (_, code: string) => character(code, 16));
    if (plain.includes('&#'))
      plain = plain.replace(HTML_REFERENCE, (_, hex: string | undefined, decimal: string) =>
        hex === undefined ? character(decimal, 10) : character(hex, 16),
      );
    if (plain !== views.at(-1)) views.push(plain);
  }
  return views;
}

function percentDecoded(escapes: string): string {
  return Buffer.from(escapes.replaceAll('%', ''), 'hex').toString();
}

function character(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix);
  return code > 0x10ffff ? '' : String.fromCodePoint(code);
}

/**
 * Tells whether a text holds a secret, or the beginning of one, in another spelling: percent-encoded, escaped as JSON
 * or HTML, in base64 (also with breaks or for URLs), in capitals or small letters. Only secrets of 8 characters or more
 * are recognised.
 */
export function isDisguised(text: string, secrets: Iterable<string>): boolean {
  let views: readonly View[] | undefined;
  for (const secret of secrets) {
    const { beginning, base64 } = tellsOf(secret);
    if (beginning === '' || text.length < beginning.length) continue;
    views ??= decodings(text).map(viewOf);
    for (const view of views) {
      if (view.lower.includes(beginning)) return true;
      if (base64.some((part) => view.base64.includes(part))) return true;
    }
  }
  return false;
}

interface View {
  readonly lower: string;
  /** The text in the characters of ordinary base64, without breaks. */
  readonly base64: string;
}

function viewOf(text: string): View {
  const plain = text.replaceAll('\\', '');
  const base64 = /[-_\s]/.test(plain) ? plain.replaceAll(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/') : plain;
  return { lower: plain.toLowerCase(), base64 };
}
