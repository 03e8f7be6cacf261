import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { UnreadableDeadLetterError } from '#shared/deadletters/errors.ts';
import { isObjectKey } from '#shared/encoding/object-key.ts';
import { field, lengthOf } from '#shared/events/fields.ts';
import { countRecords } from '#shared/events/sources.ts';
import type { StoredObject } from '#shared/objectstore/port.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import { DOCUMENT_FAILURES } from './codes.ts';
import type { DocumentContent, FoundDocument, RedriveDocument } from './document.ts';
import { readFailedInvocation } from './failed-invocation.ts';
import { REDRIVE_LIMITS } from './limits.ts';

/**
 * Reads a document. One that cannot be read is one to be reported, not to be lost. What it is is told by its content,
 * not by the prefix that it was found below.
 */
export function readDocument(found: FoundDocument, { body, etag }: StoredObject): RedriveDocument {
  const { content, values } = readContent(body);
  const { lastModified } = found;
  const common = { found, etag, body, content, values };
  switch (content.type) {
    case 'letter': {
      const { code, attempts } = content.letter;
      const lastFailed = timeOf(content.letter.last_failed, lastModified);
      const created = timeOf(content.letter.created, lastModified);
      return { ...common, code, created, lastFailed, attempts: Math.min(attempts, REDRIVE_LIMITS.attempts) };
    }
    case 'invocation': {
      const { code } = DOCUMENT_FAILURES.failedInvocation;
      const created = Math.min(content.invocation.time ?? lastModified, lastModified);
      return { ...common, code, created, lastFailed: lastModified, attempts: 1 };
    }
    case 'newer':
    case 'unreadable': {
      const { code } = DOCUMENT_FAILURES[content.type];
      return { ...common, code, created: lastModified, lastFailed: lastModified, attempts: 1 };
    }
  }
}

/** The text of a document; undefined where it is not UTF-8. */
export function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** Bounds a written time: one that no calendar has, or of the future, would make the document wait for ever. */
function timeOf(text: string, lastModified: number): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? lastModified : Math.min(time, lastModified);
}

function readContent(body: Buffer): { readonly content: DocumentContent; readonly values: number } {
  const text = textOf(body);
  const read =
    text === undefined ? { reason: 'It is not UTF-8.' } : readBoundedJson(text, REDRIVE_LIMITS.documentValues);
  if ('reason' in read) return { content: { type: 'unreadable', ...read }, values: 1 };
  return { content: contentOf(read.value), values: read.values };
}

function contentOf(value: unknown): DocumentContent {
  const unreadable = (reason: string): DocumentContent => ({ type: 'unreadable', reason });
  const { eventRecords, letterKeys } = REDRIVE_LIMITS;
  const tooMany = `The event has more than ${eventRecords} records.`;
  const invocation = readFailedInvocation(value);
  if (invocation)
    return countRecords(invocation.event) > eventRecords ? unreadable(tooMany) : { type: 'invocation', invocation };
  if (lengthOf(field(value, 'keys')) > letterKeys) return unreadable(`It names more than ${letterKeys} keys.`);
  let letter: DeadLetter;
  try {
    letter = readDeadLetter(value);
  } catch (error) {
    if (!(error instanceof UnreadableDeadLetterError)) throw error;
    return error.reason === 'newer_version' ? { type: 'newer' } : unreadable(error.message);
  }
  // Nobody but a person writes such a key. Taken for a key, it would vanish.
  if (letter.keys?.every(({ key }) => isObjectKey(key)) === false) return unreadable('It names no object key.');
  return countRecords(letter.event) > eventRecords ? unreadable(tooMany) : { type: 'letter', letter };
}
