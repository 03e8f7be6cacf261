import { AppError, type Problem } from '#shared/errors/base.ts';

/** An input that breaks at least one rule. Lists every problem, and holds no value of the input. */
export class ValidationError extends AppError {
  override readonly name = 'ValidationError';
  override readonly details: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(400, 'OmsSync.InvalidInput', `${first?.message ?? 'The input is invalid.'}${others}`);
    this.details = problems;
  }
}
