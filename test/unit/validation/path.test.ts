import { describe, expect, it } from 'vitest';
import { isPathSegment } from '#shared/validation/path.ts';

describe('isPathSegment', () => {
  it.each(['a', '...', 'a/b', '任务', '😀', ' ', '%2e', '..a'])('takes %j', (value) => {
    expect(isPathSegment(value)).toBe(true);
  });

  it.each(['', '.', '..', 'a\ud83d', '\ude00b'])('refuses %j', (value) => {
    expect(isPathSegment(value)).toBe(false);
  });
});
