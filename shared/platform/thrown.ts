const DEPTH = 5;

/**
 * Makes a thrown value safe for the platform, which prints message and stack and keeps them in the document of the
 * failure destination. Errors that are thrown on purpose hold no secret and are returned as they are; foreign errors
 * may quote anything.
 *
 * @param redact of the invocation's logger
 */
export function withoutSecrets(thrown: unknown, redact: (text: string) => string): unknown {
  try {
    if (!textsOf(thrown, 0).some((text) => redact(text) !== text)) return thrown;
    if (!(thrown instanceof Error)) return redact(String(thrown));
    const concealed = new Error(redact(thrown.message));
    concealed.name = redact(thrown.name);
    concealed.stack = redact(thrown.stack ?? '');
    return concealed;
  } catch {
    return new Error('What was thrown cannot be read.');
  }
}

function textsOf(thrown: unknown, depth: number): string[] {
  if (thrown === undefined || depth > DEPTH) return [];
  if (!(thrown instanceof Error)) return [typeof thrown === 'object' ? (JSON.stringify(thrown) ?? '') : String(thrown)];
  return [thrown.name, thrown.message, thrown.stack ?? '', ...textsOf(thrown.cause, depth + 1)];
}
