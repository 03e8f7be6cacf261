import { AppError, type Problem } from '#shared/errors/base.ts';

/** No source has written the payload: it comes from a trigger of another kind, or was transformed. */
export class UnrecognisedEventError extends AppError {
  override readonly name = 'UnrecognisedEventError';

  constructor(shapes: readonly string[] = ['a known payload']) {
    const expected = shapes.join(' or ');
    super(400, 'OmsSync.UnrecognisedEvent', `The event is not an object notification: expected ${expected}.`);
  }
}

/** One record of a notification lacks what is needed to know its object. */
export class InvalidRecordError extends AppError {
  override readonly name = 'InvalidRecordError';

  constructor(problem: Problem) {
    super(400, 'OmsSync.InvalidRecord', 'The record of the notification is not valid.', { details: [problem] });
  }
}
