import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { UnreadableDeadLetterError } from '#shared/deadletters/errors.ts';
import { isObjectKey } from '#shared/encoding/object-key.ts';
import type { StoredObject } from '#shared/objectstore/port.ts';
import { DOCUMENT_FAILURES } from './codes.ts';
import type { DocumentContent, FoundDocument, RedriveDocument } from './document.ts';
import { readFailedInvocation } from './failed-invocation.ts';

/**
 * Reads a document. Never throws: one that cannot be read is one to be reported, not to be lost. What it is is told by
 * its content, not by the prefix that it was found below.
 */
export function readDocument(found: FoundDocument, { body, etag }: StoredObject): RedriveDocument {
  const content = readContent(body);
  const { lastModified } = found;
  const common = { found, etag, content };
  switch (content.type) {
    case 'letter': {
      const { code, remedy, attempts } = content.letter;
      const lastFailed = timeOf(content.letter.last_failed, lastModified);
      return { ...common, code, remedy, created: timeOf(content.letter.created, lastModified), lastFailed, attempts };
    }
    case 'invocation': {
      const created = Math.min(content.invocation.time ?? lastModified, lastModified);
      return { ...common, ...DOCUMENT_FAILURES.failedInvocation, created, lastFailed: lastModified, attempts: 1 };
    }
    case 'newer':
    case 'unreadable': {
      const failure = DOCUMENT_FAILURES[content.type];
      return { ...common, ...failure, created: lastModified, lastFailed: lastModified, attempts: 1 };
    }
  }
}

/** What was written cannot tell of later: a time that no calendar has, or of the future, would make it wait for ever. */
function timeOf(text: string, lastModified: number): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? lastModified : Math.min(time, lastModified);
}

function readContent(body: Buffer): DocumentContent {
  const text = toText(body);
  if (text === undefined) return { type: 'unreadable', reason: 'It is not UTF-8.', text: body.toString('base64') };
  const unreadable = (reason: string): DocumentContent => ({ type: 'unreadable', reason, text });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable('It is not JSON.');
  }
  const invocation = readFailedInvocation(value);
  if (invocation) return { type: 'invocation', invocation };
  let letter: DeadLetter;
  try {
    letter = readDeadLetter(value);
  } catch (error) {
    if (!(error instanceof UnreadableDeadLetterError)) throw error;
    return error.reason === 'newer_version' ? { type: 'newer' } : unreadable(error.message);
  }
  // Nobody but a person writes such a key. Taken for a key, it would vanish.
  if (letter.keys?.every(({ key }) => isObjectKey(key)) === false) return unreadable('It names no object key.');
  return { type: 'letter', letter };
}

function toText(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
