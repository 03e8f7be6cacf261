import { PassThrough } from 'node:stream';

/** A stream for progress, with everything that was written to it. */
export function fakeOutput(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 200,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}
