/** A failure that a person can act on. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** A mistake on the command line or in the environment. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, remedy?: string) {
    super('usage', message, remedy);
  }
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Errors of JavaScript itself: a defect, whose stack helps whoever repairs it. */
const DEFECTS = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError']);

export function isDefectName(name: unknown): boolean {
  return typeof name === 'string' && DEFECTS.has(name);
}

export function isDefect(error: unknown): boolean {
  return error instanceof Error && isDefectName(error.name);
}

/** An error as a command reports it, in the shape of `{"error": …}`. */
export function failureOf(error: unknown): Failure {
  const { code, message, remedy } = error as Partial<CliError>;
  if (typeof code === 'string' && code.startsWith('commander.')) return ofCommander(message ?? '');
  return {
    code: typeof code === 'string' ? code : isDefect(error) ? 'defect' : 'failed',
    message: sentence((message ?? String(error)).trim()),
    remedy: typeof remedy === 'string' ? remedy : '',
  };
}

/** commander writes "error: unknown option '--x'", with a suggestion in a second line. */
function ofCommander(message: string): Failure {
  const [first = '', suggestion] = message
    .replace(/^error: (command-argument value)?/, (_, value) => (value ? 'the value' : ''))
    .split('\n');
  const remedy = suggestion?.replace(/^\(|\)$/g, '') ?? 'Run the command with --help to see what it takes.';
  return { code: 'usage', message: sentence(first), remedy };
}

/** Words that begin a sentence; anything else may be a name: npm, a flag, a function. */
const ORDINARY = /^(?:an?|command|missing|no|nothing|option|that|the|there|too|unknown|which)\b/;

function sentence(text: string): string {
  const begun = ORDINARY.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.?!)\s]$/.test(begun) || begun.includes('\n') ? begun : `${begun}.`;
}
