import { expect, it } from 'vitest';
import { documentName } from '../../../../../scripts/local/functiongraph/async/obs-destination.ts';

it('a document is named after its prefix, the moment of acceptance and the request, nothing else', () => {
  const accepted = Date.UTC(2026, 8, 30, 3, 24, 42, 533);
  expect(documentName('failed/f/', 'id-1', accepted)).toBe('failed/f/2026-09-30T03-24-42Z-id-1.json');
});
