import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '#shared/deadletters/document.ts';
import { CredentialInNameError } from '#shared/deadletters/errors.ts';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { makeDeadLetter, type TerminalFailure } from '#shared/deadletters/make.ts';
import { normaliseEvent } from '#shared/events/sources.ts';
import { concealIn } from '#shared/logging/redact.ts';
import { everySource, FORM } from '../../helpers/key-encodings.ts';
import { runs } from '../../helpers/thorough.ts';

const RUN = { seed: 20_261_121 };
const failure = { code: 'OmsSync.KeyRefused', remedy: 'r' };
const form = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');

const make = (failed: TerminalFailure, event: unknown, secrets: readonly string[] = []) =>
  makeDeadLetter(failed, {
    event,
    functionName: 'f',
    requestId: 'r',
    now: 0,
    redact: (text) => concealIn(text, secrets),
  });

describe('any dead letter', () => {
  it('is read as it was written, whatever the event is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (event) => {
        const letter = make({ kind: 'event', failure, error: undefined }, event);

        const json = JSON.stringify(letter);
        expect(JSON.stringify(readDeadLetter(JSON.parse(json)))).toBe(json);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { ...RUN, numRuns: runs(500) },
    );
  });

  it('holds an event of JSON unchanged where there is no credential in it', () => {
    const names = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'key', 'bucket');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(null, true, 0, 'a%2Bb', '%', '\ud800', '\u2028\n'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const json = JSON.stringify(given);
        const letter = make({ kind: 'event', failure, error: undefined }, JSON.parse(json));

        expect(JSON.stringify(letter.event)).toBe(json);
      }),
      { ...RUN, numRuns: runs(500) },
    );
  });

  it('holds no credential, wherever the event has one and whatever it looks like', () => {
    const secret = fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme-ascii' }).map((text) => `LEAK${text}`);
    const place = fc.constantFrom('beside', 'subject', 'eTag', 'key', 'bucket', 'meta', 'field');
    const form = fc.constantFrom(
      (text: string) => text,
      (text: string) => `before ${text} after`,
      (text: string) => encodeURIComponent(text),
      (text: string) => encodeURIComponent(text).toLowerCase().replaceAll('leak', 'LEAK'),
    );
    fc.assert(
      fc.property(secret, place, form, (text, where, write) => {
        const leak = write(text);
        const put = (name: string, other: unknown) => (where === name ? leak : other);
        const event = {
          beside: put('beside', 1),
          Records: [
            {
              eventName: 'ObjectCreated:Put',
              subject: put('subject', 'a'),
              [where === 'field' ? leak : 'field']: 1,
              s3: {
                bucket: { name: put('bucket', 'b') },
                object: { key: put('key', 'a'), eTag: put('eTag', 'e'), meta: [put('meta', 'm')] },
              },
            },
          ],
        };
        // The lower-case form of a secret with letters is another text.
        const isTold =
          /^[^a-z]*$/.test(text.slice(4)) || write(text).includes(text) || decodeURIComponent(leak) === text;
        if (!isTold) return;
        const { changes, rejected } = normaliseEvent(event, everySource('raw'));
        const failed: TerminalFailure =
          changes.length > 0
            ? { kind: 'keys', syncTaskId: 't', changes, failure, error: undefined }
            : { kind: 'records', records: rejected, failure, error: undefined };
        let letter: unknown;
        try {
          letter = make(failed, event, [text]);
        } catch (error) {
          expect(error).toBeInstanceOf(CredentialInNameError);
          expect(['key', 'bucket']).toContain(where);
          return;
        }
        expect(JSON.stringify(letter)).not.toContain('LEAK');
      }),
      { ...RUN, numRuns: runs(500) },
    );
  });

  it('of the largest event that the platform delivers is not larger than a document may be', () => {
    const EVENT_BYTES = 256 * 1024;
    const shape = fc.record({
      key: fc.constantFrom(
        'a',
        '\u0001'.repeat(300),
        '☃'.repeat(300),
        'x'.repeat(1024),
        '"\\'.repeat(400),
        '\u{1f600}',
      ),
      extra: fc.constantFrom('', '\u0001'.repeat(50), 'y'.repeat(5000)),
    });
    fc.assert(
      fc.property(shape, ({ key, extra }) => {
        const record = (index: number) => ({
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'b' }, object: { key: form(key), sequencer: String(index) } },
          extra,
        });
        const bytes = Buffer.byteLength(JSON.stringify(record(10_000))) + 1;
        const Records = Array.from({ length: Math.floor((EVENT_BYTES - 14) / bytes) }, (_, index) => record(index));
        const event = { Records };
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(EVENT_BYTES);
        const { changes } = normaliseEvent(event, FORM);

        const letter = make({ kind: 'keys', syncTaskId: 't', changes, failure, error: undefined }, event);

        expect(letter.keys).toHaveLength(Records.length);
        expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(DEAD_LETTER_LIMITS.documentBytes);
      }),
      { ...RUN, numRuns: 18 },
    );
  });
});
