/** A mistake on the command line: one line for the user, exit code 2. */
export class CommandUsageError extends Error {
  override readonly name = 'CommandUsageError';
}
