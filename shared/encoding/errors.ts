import { AppError, type Problem } from '#shared/errors/base.ts';

export type KeyErrorRule = 'empty' | 'too_long' | 'lone_surrogate' | 'malformed_percent' | 'invalid_utf8' | 'not_ascii';

const TEXTS: Readonly<Record<KeyErrorRule, string>> = {
  empty: 'The object key is empty',
  too_long: 'The object key is longer than 1024 bytes of UTF-8: the first character that does not fit is',
  lone_surrogate: 'The object key has an unpaired surrogate',
  malformed_percent: 'The object key has a % that two hexadecimal digits do not follow',
  invalid_utf8: 'The percent-encoded bytes of the object key are not UTF-8',
  not_ascii: 'An encoded object key is printable ASCII only, and this is not',
};

/**
 * A string that is not an object key in the expected encoding.
 * Neither the message nor the problem holds the key: only the rule and the position.
 */
export class KeyEncodingError extends AppError {
  override readonly name = 'KeyEncodingError';
  readonly rule: KeyErrorRule;
  /** UTF-16 index into the *input* (not into the decoded key) where the rule is broken first. */
  readonly position: number;

  constructor(rule: KeyErrorRule, position: number) {
    super(400, 'OmsSync.InvalidObjectKey', `${TEXTS[rule]}, at index ${position}.`);
    this.rule = rule;
    this.position = position;
  }

  toProblem(path: string): Problem {
    return { path, rule: this.rule, message: this.message };
  }
}
