/** What gives a secret away in a text that does not hold it as it is. */
interface Tells {
  /** Its beginning, in lower case and without backslashes; empty for a secret that is too short to be told. */
  readonly beginning: string;
  /** The same in base64, whatever stands in front of it. */
  readonly base64: readonly string[];
}

/** Characters by which a secret is told; a shorter one is told as a whole. A message may be cut in the middle of one. */
const TELLING = 12;
/** Below this, innocent text would be taken for it. */
const SHORTEST = 8;
/** Characters of base64 that the bytes in front of a secret have a part in, for none, one and two of them. */
const SHARED_CHARACTERS = [0, 2, 3] as const;

/** Of secrets, because an event can have thousands of lines, and each many texts. */
const known = new Map<string, Tells>();
/** Credentials are replaced every few hours. */
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
/** A text that is encoded, within one that is. */
const ROUNDS = 2;

/** A text as it stands, and with what is percent-encoded, or escaped as JSON or HTML has it, decoded once and twice. */
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
 * Whether a text holds a secret, or the beginning of one, in another spelling than its own: percent-encoded, escaped as
 * JSON or HTML, in base64 (also with breaks or for URLs), in capitals or small letters. For secrets of 8 characters or
 * more.
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
  /** With the characters of ordinary base64, and without breaks. */
  readonly base64: string;
}

function viewOf(text: string): View {
  const plain = text.replaceAll('\\', '');
  const base64 = /[-_\s]/.test(plain) ? plain.replaceAll(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/') : plain;
  return { lower: plain.toLowerCase(), base64 };
}
