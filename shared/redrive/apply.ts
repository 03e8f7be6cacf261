import type { Redact } from '#shared/deadletters/conceal-event.ts';
import { DeadLetterTooLargeError } from '#shared/deadletters/errors.ts';
import { deadLetterName } from '#shared/deadletters/name.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import type { Disposition } from './decide.ts';
import type { RedriveDocument } from './document.ts';
import { checkDocument } from './letters.ts';
import type { DocumentOutcome } from './report.ts';

export interface StateBucket {
  readonly deadLetters: DeadLetters;
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Conceals the credentials that the invocation's logger knows. */
  readonly redact: Redact;
}

export interface Applied {
  readonly outcome: DocumentOutcome;
  readonly written: readonly string[];
}

/**
 * Carries a disposition out: writes what takes the document's place, then deletes the document. In this order, so that
 * being killed in between leaves both.
 *
 * @throws ObjectStoreError; the document is still there then
 */
export async function applyDisposition(
  disposition: Disposition,
  document: RedriveDocument,
  { deadLetters, store, bucket, redact }: StateBucket,
): Promise<Applied> {
  const { found } = document;
  if (disposition.outcome === 'left') return { outcome: 'left', written: [] };
  const written: string[] = [];
  let outcome: DocumentOutcome = disposition.outcome;
  // The letter that has the document's own name comes last: it takes the place of what the others must hold by then.
  const isOwn = ({ letter }: Disposition['letters'][number]): boolean => found.name.endsWith(deadLetterName(letter));
  try {
    for (const { letter, parked } of disposition.letters.toSorted((a, b) => Number(isOwn(a)) - Number(isOwn(b))))
      written.push(parked ? await deadLetters.park(letter) : await deadLetters.put(letter));
  } catch (error) {
    // Attempts of a document that cannot be written anew cannot be counted: the first that is refused is the last.
    const isRefused = disposition.causes.some(({ retryable }) => !retryable);
    if (!(error instanceof DeadLetterTooLargeError) || !isRefused || found.source === 'parked') throw error;
    checkDocument(document, redact);
    written.push(await deadLetters.parkAsFound(found.name, document.body));
    outcome = 'parked';
  }
  // A letter that is refused for the same reason keeps its name, and was overwritten.
  if (written.includes(found.name)) return { outcome, written };
  if (await wasReplaced(document, { store, bucket })) return { outcome: 'left', written };
  await store.deleteObject({ bucket, key: found.name });
  return { outcome, written };
}

/**
 * How FunctionGraph names its documents is not documented. Where it gave a name twice, the second event is another.
 *
 * @throws ObjectStoreError
 */
export async function wasReplaced(
  { found, etag }: RedriveDocument,
  { store, bucket }: Pick<StateBucket, 'store' | 'bucket'>,
): Promise<boolean> {
  if (found.source !== 'failed_invocation' || etag === undefined) return false;
  const head = await store.headObject({ bucket, key: found.name });
  return head?.etag !== undefined && head.etag !== etag;
}
