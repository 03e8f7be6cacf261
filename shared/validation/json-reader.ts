import { formatPath } from './path.ts';

/** Bounds of a text that is read. A value that is deeper overflows the stack of `JSON.stringify` and of every walk. */
const JSON_LIMITS = {
  /** Lists and objects within each other; the deepest document of any reader has ten. */
  depth: 64,
  /** Digits of an integer that is read as a bigint, whose conversion costs the square of them. */
  digits: 100,
  duplicates: 100,
} as const;

/** Reason why a text cannot be read. Holds no text of it but names of members. */
export class JsonFault extends SyntaxError {
  override readonly name = 'JsonFault';
  readonly rule: 'json' | 'depth' | 'digits' | 'duplicate';
  /** Paths of the repeated members, each once; empty for the whole text. */
  readonly paths: readonly string[];

  constructor(rule: JsonFault['rule'], message: string, paths: readonly string[] = ['']) {
    super(message);
    this.rule = rule;
    this.paths = paths;
  }
}

/** RFC 8259, section 2: white space. */
const SPACE = /[\t\n\r ]*/y;
const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** One class without a group: groups overflow the stack on texts of megabytes. */
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const INTEGER = /^-?\d+$/;

interface Open {
  readonly value: unknown[] | Record<string, unknown>;
  readonly closing: ']' | '}';
  /** Name of the member whose value comes next. */
  name: string;
}

/**
 * Reads JSON (RFC 8259) strictly: a member that an object has twice is refused, in whichever spelling, because readers
 * differ in which of the two counts. In one pass, without recursion: time grows with the text, and memory with the
 * value that it describes.
 *
 * @param exact integers beyond 2^53 - 1 become bigint; otherwise numbers are those of `JSON.parse`
 * @throws JsonFault
 */
export function readJson(text: string, exact: boolean): unknown {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const take = (character: string): boolean => {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const unexpected = (): never => {
    const what = at >= text.length ? 'end of the text' : `character at index ${at}`;
    throw new JsonFault('json', `Not JSON: unexpected ${what}.`);
  };
  const string = (): string => {
    const start = at;
    if (!take('"')) unexpected();
    match(PLAIN_CHARACTERS);
    const isPlain = text[at] === '"';
    while (!take('"')) {
      if (match(ESCAPE) === undefined) unexpected();
      match(PLAIN_CHARACTERS);
    }
    return isPlain ? text.slice(start + 1, at - 1) : (JSON.parse(text.slice(start, at)) as string);
  };
  const scalar = (): unknown => {
    if (text[at] === '"') return string();
    const literal = match(LITERAL);
    if (literal !== undefined) return literal === 'null' ? null : literal === 'true';
    const number = match(NUMBER) ?? unexpected();
    const value = Number(number);
    if (!exact || !INTEGER.test(number) || Number.isSafeInteger(value)) return value;
    if (number.length > JSON_LIMITS.digits) {
      const start = at - number.length;
      throw new JsonFault('digits', `The integer at index ${start} has more than ${JSON_LIMITS.digits} digits.`);
    }
    return BigInt(number);
  };

  const open: Open[] = [];
  const duplicates = new Set<string>();
  const member = (top: Open): void => {
    top.name = string();
    if (Object.hasOwn(top.value, top.name) && duplicates.size < JSON_LIMITS.duplicates)
      duplicates.add(formatPath(open.map((each) => (Array.isArray(each.value) ? each.value.length : each.name))));
    match(SPACE);
    if (!take(':')) unexpected();
  };
  for (;;) {
    match(SPACE);
    let value: unknown;
    const first = text[at];
    if (first === '{' || first === '[') {
      if (open.length === JSON_LIMITS.depth)
        throw new JsonFault(
          'depth',
          `The text has more than ${JSON_LIMITS.depth} levels of lists and objects (at index ${at}).`,
        );
      at += 1;
      match(SPACE);
      const top: Open = first === '{' ? { value: {}, closing: '}', name: '' } : { value: [], closing: ']', name: '' };
      value = top.value;
      if (!take(top.closing)) {
        open.push(top);
        if (first === '{') member(top);
        continue;
      }
    } else {
      value = scalar();
    }
    // The value is complete: it goes into what is open, which may complete that.
    for (;;) {
      match(SPACE);
      const top = open.at(-1);
      if (top === undefined) {
        if (at < text.length) unexpected();
        if (duplicates.size > 0) throw new JsonFault('duplicate', 'A member is there more than once.', [...duplicates]);
        return value;
      }
      put(top, value);
      if (take(top.closing)) {
        value = open.pop()?.value;
        continue;
      }
      if (!take(',')) unexpected();
      match(SPACE);
      if (top.closing === '}') member(top);
      break;
    }
  }
}

function put({ value: target, name }: Open, value: unknown): void {
  if (Array.isArray(target)) target.push(value);
  // An assignment would set the prototype.
  else if (name === '__proto__')
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
  else target[name] = value;
}
