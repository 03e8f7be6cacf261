import { closeSync, openSync, writeSync } from 'node:fs';
import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { Finding } from '#shared/reconcile/compare/verdict.ts';
import { UsageError } from '../errors.ts';

/**
 * The list file of an OMS migration task of the type "object list": a name a line, percent-encoded, so that one with a
 * line break is one, too; UTF-8 without a mark at its beginning. It is uploaded as `.txt` with the content type
 * `text/plain`. Slashes stay as they are: encoded or not, they mean the same.
 *
 * @see https://support.huaweicloud.com/intl/en-us/productdesc-oms/oms_01_0038.html
 */
export class NameList {
  /** Names that were written. */
  names = 0;
  readonly #file: number;

  /** @throws UsageError where the file cannot be written */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw new UsageError(`--list: the file cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
  }

  /** Writes down what OMS would copy. */
  add(findings: readonly Finding[]): void {
    const lines = findings.flatMap(({ key, submit }) =>
      submit ? [`${encodeOmsKey(key).replaceAll('%2F', '/')}\n`] : [],
    );
    if (lines.length > 0) writeSync(this.#file, lines.join(''));
    this.names += lines.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}
