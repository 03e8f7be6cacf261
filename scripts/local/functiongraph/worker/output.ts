import type { LogLevel } from './protocol.ts';

type Emit = (level: LogLevel, line: string) => void;

/**
 * Replaces `process.stdout.write` and `process.stderr.write`, as the platform's runtime does: output becomes log
 * lines of level INFO and ERROR. What is written to the file descriptors directly is captured by the host.
 * @param lineBytes longer lines are split
 */
export function captureOutput(emit: Emit, lineBytes: number): void {
  for (const [stream, level] of [
    [process.stdout, 'INFO'],
    [process.stderr, 'ERROR'],
  ] as const) {
    stream.write = ((chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
      for (const line of linesOf(text, lineBytes)) emit(level, line);
      // The platform's replacement ignores the callback; a writer that waits for it would hang there as well,
      // so nothing but the return value is given here either.
      void encoding;
      void callback;
      return true;
    }) as typeof stream.write;
  }
}

function linesOf(text: string, lineBytes: number): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line) => split(line, lineBytes));
}

function split(line: string, lineBytes: number): string[] {
  if (line.length * 3 <= lineBytes || Buffer.byteLength(line) <= lineBytes) return [line];
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of line) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > lineBytes) {
      parts.push(part);
      part = '';
      size = 0;
    }
    part += character;
    size += bytes;
  }
  parts.push(part);
  return parts;
}
