import { describe, expect, it } from 'vitest';
import { printable } from '../../../scripts/cli/quoted.ts';

describe('what a command prints of a document', () => {
  it.each([
    '\u001b[2J',
    '\u009b2J',
    '\r',
    '\n',
    '\u0007',
    '\u0008',
    '\u202e',
    '\u2066',
    '\u2028',
    '\u2029',
    '\u200b',
    '\ufeff',
  ])('has no %j', (control) => {
    const shown = printable(`a${control}b`);
    expect(shown).toMatch(/^a\?.*b$/);
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
