import { AppError } from '#shared/errors/base.ts';

/** The document would be larger than one may be: only an event that did not come through the platform's queue is. */
export class DeadLetterTooLargeError extends AppError {
  override readonly name = 'DeadLetterTooLargeError';

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

export type UnreadableReason = 'wrong_form' | 'newer_version';

const REASONS: Readonly<Record<UnreadableReason, string>> = {
  wrong_form: 'it has not the form of a dead letter',
  newer_version: 'a later release wrote it',
};

export class UnreadableDeadLetterError extends AppError {
  override readonly name = 'UnreadableDeadLetterError';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason) {
    super(422, 'OmsSync.UnreadableDeadLetter', `The dead letter cannot be read: ${REASONS[reason]}.`);
    this.reason = reason;
  }
}
