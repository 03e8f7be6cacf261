import { AppError, type Problem } from '#shared/errors/base.ts';

/** The payload is none of the shapes in which OBS reaches a function: a trigger of another kind, or a transformed event. */
export class UnrecognisedEventError extends AppError {
  override readonly name = 'UnrecognisedEventError';

  constructor() {
    super(
      400,
      'OmsSync.UnrecognisedEvent',
      'The event is not an object notification: expected Records[].s3, Records[].obs or CloudEvents of EventGrid.',
    );
  }
}

/** One record of a notification lacks what is needed to know its object. */
export class InvalidRecordError extends AppError {
  override readonly name = 'InvalidRecordError';

  constructor(problem: Problem) {
    super(400, 'OmsSync.InvalidRecord', 'The record of the notification is not valid.', { details: [problem] });
  }
}
