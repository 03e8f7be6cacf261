import { AppError } from '#shared/errors/base.ts';

/** The document would be larger than one may be: only an event that did not come through the platform's queue is. */
export class DeadLetterTooLargeError extends AppError {
  override readonly name = 'DeadLetterTooLargeError';

  /** @param bytes of the document */
  constructor(bytes: number) {
    super(413, 'OmsSync.DeadLetterTooLarge', `A dead letter of ${bytes} bytes is larger than one may be.`);
  }
}

/**
 * The name of an object or bucket holds one of the function's credentials. Without the name a document is of no use,
 * and with it a credential would be written.
 */
export class CredentialInNameError extends AppError {
  override readonly name = 'CredentialInNameError';

  constructor() {
    super(
      500,
      'OmsSync.CredentialInName',
      "The name of an object or bucket holds one of the function's credentials, which no dead letter may hold.",
    );
  }
}

/** What an object below the prefix of dead letters is, instead of one. */
export type UnreadableReason = 'not_utf8' | 'not_json' | 'wrong_form' | 'newer_version';

const REASONS: Readonly<Record<UnreadableReason, string>> = {
  not_utf8: 'it is not UTF-8',
  not_json: 'it is not JSON',
  wrong_form: 'it has not the form of a dead letter',
  newer_version: 'a later release wrote it',
};

/** An object below the prefix of dead letters that is none, or one of a later release. */
export class UnreadableDeadLetterError extends AppError {
  override readonly name = 'UnreadableDeadLetterError';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason, options: { readonly cause?: unknown } = {}) {
    super(422, 'OmsSync.UnreadableDeadLetter', `The dead letter cannot be read: ${REASONS[reason]}.`, options);
    this.reason = reason;
  }
}
