import type { RuntimeErrorCode, RuntimeFailure } from './protocol.ts';

const PREFIX: Readonly<Record<RuntimeErrorCode, string>> = {
  4001: 'function entry exception, error: ',
  4002: 'function invocation exception, error: ',
  4004: '',
  4007: 'function result is not json, error: ',
  4009: 'function initialization exception, error: ',
};

/** The error JSON of the platform's runtime, with frames of the deployed code only and its folder as `.`. */
export function failure(code: RuntimeErrorCode, thrown: unknown, codeRoot: string): RuntimeFailure {
  const error = thrown instanceof Error ? thrown : undefined;
  const message = error ? error.message : describe(thrown);
  return {
    code,
    body: {
      errorMessage: `${PREFIX[code]}${message}`,
      errorType: error ? String(error.name) : typeof thrown,
      stackTrace: error ? frames(error, codeRoot) : [],
    },
  };
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' && thrown !== null ? (JSON.stringify(thrown) ?? '') : String(thrown);
  } catch {
    return 'unserialisable value';
  }
}

function frames(error: Error, codeRoot: string): string[] {
  return String(error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at ') && line.includes(codeRoot))
    .map((line) => line.trim().replaceAll(codeRoot, '.'));
}
