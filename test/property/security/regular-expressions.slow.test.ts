import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrub } from '#shared/http/scrub.ts';
import { concealIn } from '#shared/logging/redact.ts';
import { toStoreError } from '#shared/objectstore/answer.ts';
import { parseJson } from '#shared/validation/json.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LITERAL = /(?<=[=(,:?!&|[]\s*|return )\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*(?=[\s.,;)\]])/g;
const COMMENT = /^\s*(?:\/\/|\*|\/\*).*$/gm;

/** Every regular expression that is written in a source file, by where it stands. */
function expressionsBelow(folder: string): Map<string, RegExp> {
  const found = new Map<string, RegExp>();
  for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(ROOT, folder, file), 'utf8').replaceAll(COMMENT, '');
    for (const [literal] of source.matchAll(LITERAL)) {
      const end = literal.lastIndexOf('/');
      found.set(`${folder}/${file} ${literal}`, new RegExp(literal.slice(1, end), literal.slice(end + 1)));
    }
  }
  return found;
}

const EXPRESSIONS = new Map([...expressionsBelow('shared'), ...expressionsBelow('functions')]);

/** Milliseconds of the fastest of three. */
function timeOf(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** A clock says nothing below this time. */
const MEASURABLE = 4;
/** Twice the length takes twice the time, or a little more; what backtracks takes four times, or as good as for ever. */
const MOST = 3.2;
/** Grows in small steps first, because what is exponential must be seen before it takes for ever. */
const SMALL = [8, 16, 20, 24, 28, 32, 40, 48, 64];
const LENGTHS = [...SMALL, 256, 1024, 4096, 8192, 16_384];

/** Fails where the time of some work grows faster than its input. */
function expectLinear(
  work: (length: number) => () => unknown,
  name: string,
  lengths: readonly number[] = LENGTHS,
): void {
  let last: { readonly time: number; readonly length: number } | undefined;
  for (const length of lengths) {
    const time = timeOf(work(length));
    if (last && last.time > MEASURABLE && time / last.time > (MOST / 2) * (length / last.length))
      if (timeOf(work(length)) / timeOf(work(last.length)) > (MOST / 2) * (length / last.length))
        // Another process may have had the machine for a moment.
        expect.fail(`${name}: ${last.length} takes ${last.time.toFixed(1)} ms, ${length} takes ${time.toFixed(1)} ms`);
    if (time > (length < 100 ? 5 : 200) && length < 2000) expect.fail(`${name}: ${length} takes ${time.toFixed(1)} ms`);
    last = { time, length };
  }
}

const PIECES = [
  'a',
  'A',
  '0',
  '-',
  '_',
  '.',
  '/',
  ' ',
  '\t',
  '\n',
  '%',
  '%4',
  '%41',
  '"',
  '\\',
  '\\\\',
  '<',
  '=',
  ',',
  ':',
  '+',
  'é',
  '\ud800',
  'a-',
  'a.',
  '<a',
  '" ',
  '\\u0000',
  '&#',
  '[0]',
];

/** Beginnings that an expression accepts, made of what is written in it. */
function beginningsOf({ source }: RegExp): string[] {
  const plain = source
    .replaceAll(/\\[a-zA-Z]|\[(?:[^\]\\]|\\.)*\]|\(\?[:=!<]+|[()|^$*+?{}]/g, '\0')
    .replaceAll('\\', '');
  const words = plain.split('\0').filter((word) => word !== '');
  return ['', ...words.slice(0, 4), words.join('')];
}

describe('regular expressions', () => {
  it('are found', () => {
    expect(EXPRESSIONS.size).toBeGreaterThan(60);
  });

  it.each([...EXPRESSIONS.keys()])('%s takes time in proportion to its input', (name) => {
    const expression = EXPRESSIONS.get(name);
    if (!expression) return;
    const run = (text: string) => () => {
      expression.lastIndex = 0;
      expression.exec(text);
    };
    for (const beginning of beginningsOf(expression)) {
      const pieces = [...PIECES, ...(beginning === '' ? [] : [beginning])];
      // All at once first: only what is not fast is looked at on its own.
      for (const piece of pieces)
        for (const end of ['', '\0', '!\n'])
          expectLinear(
            (length) => run(`${beginning}${piece.repeat(length)}${end}`),
            `${JSON.stringify([beginning, piece, end])}`,
            [...SMALL, 1024, 4096, 8192],
          );
    }
  });

  it('see what backtracks', () => {
    const evil = (expression: RegExp) => () =>
      expectLinear((length) => () => expression.exec(`${'a'.repeat(length)}!`), 'evil');
    expect(evil(/^(?:a+)+$/)).toThrow(/takes/);
    expect(evil(/a+\?/)).toThrow(/takes/);
    expect(evil(/^a*$/)).not.toThrow();
  });
});

const TEXT_PIECES = fc.constantFrom(
  ...PIECES,
  'authorization:',
  'StringToSign',
  'x-auth-token: ',
  '<Error>',
  '<Code>',
  '"a":',
  '{',
  '[',
  '%25',
);
const RUN = { seed: 20_261_121, numRuns: 60 };
const LONG = [...SMALL, 256, 1024, 4096, 8192, 16_384];
const answered = {
  operation: 'GetObject',
  bucket: 'b',
  isObject: true,
  secrets: ['SECRETSECRETSECRET'],
  attempts: 1,
  afterUncertain: false,
};

describe('what reads texts from outside takes time in proportion to them', () => {
  it.each<[string, (text: string) => unknown]>([
    ['scrub', (text) => scrub(text, ['SECRETSECRETSECRET', '%25%25%25%25%25%25%25%25'])],
    ['concealIn', (text) => concealIn(text, ['SECRETSECRETSECRET', '\\\\\\\\\\\\\\\\\\\\'])],
    ['toStoreError', (text) => toStoreError({ status: 400, headers: {}, body: Buffer.from(text) }, answered, 0)],
    [
      'parseJson',
      (text) => {
        try {
          return parseJson(text);
        } catch {
          return undefined;
        }
      },
    ],
  ])('%s', (name, read) => {
    fc.assert(
      fc.property(fc.array(TEXT_PIECES, { maxLength: 2 }), TEXT_PIECES, (head, piece) => {
        expectLinear(
          (length) => () => read(`${head.join('')}${piece.repeat(length)}`),
          `${name} ${JSON.stringify([head, piece])}`,
          LONG,
        );
      }),
      RUN,
    );
  });
});
