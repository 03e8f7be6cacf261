import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readForm } from '../../../scripts/local/obs/form.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_930;
const BOUNDARY = 'xYz';

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
/** Content that looks like the end of a part, but is not. */
const content = fc
  .array(fc.constantFrom('\r\n', '--', '\r\n--', `--${BOUNDARY.slice(0, 2)}`, 'a', '\u0000', '报'), { maxLength: 30 })
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes(`\r\n--${BOUNDARY}`));

it('a form is read wherever the network cuts it, and a file holds anything but its boundary', async () => {
  await fc.assert(
    fc.asyncProperty(content, content, sizes, async (field, file, sizes) => {
      const part = (disposition: string, value: string): string =>
        `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
      const body = `${part('name="Key"', field)}${part('name="file"; filename="C:\\\\dir\\\\f \\"1\\".txt"', file)}--${BOUNDARY}--\r\n`;
      const form = await readForm(pieces(Buffer.from(body), sizes), `multipart/form-data; boundary=${BOUNDARY}`);
      const chunks: Buffer[] = [];
      for await (const chunk of form.file) chunks.push(chunk);
      expect([...form.fields]).toEqual([['key', field]]);
      expect(form.filename).toBe('f "1".txt');
      expect(Buffer.concat(chunks).toString()).toBe(file);
    }),
    { seed: SEED, numRuns: runs(300) },
  );
});

it.each([
  ['no boundary', 'multipart/form-data; charset=x', '', 'MalformedPOSTRequest'],
  ['no part', 'multipart/form-data; boundary=b', 'text', 'MalformedPOSTRequest'],
  ['no name', 'multipart/form-data; boundary=b', '--b\r\nX: y\r\n\r\nv\r\n--b--\r\n', 'MalformedPOSTRequest'],
  [
    'no file',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b--\r\n',
    'InvalidArgument',
  ],
])('a form with %s is refused', async (_name, contentType, body, code) => {
  const work = readForm(pieces(Buffer.from(body), [1000]), contentType);
  await expect(work).rejects.toMatchObject({ code });
});

it('a file that ends without its boundary is refused', async () => {
  const body = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncontent\r\n--';
  const form = await readForm(pieces(Buffer.from(body), [7]), 'multipart/form-data; boundary="b"');
  const read = async (): Promise<void> => {
    for await (const _ of form.file);
  };
  await expect(read()).rejects.toMatchObject({ code: 'IncompleteBody' });
});
