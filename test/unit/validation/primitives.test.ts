import { describe, expect, it } from 'vitest';
import { isPathSegment, REGION_NAME, syncTaskId, syncTaskIdForEvents, text } from '#shared/validation/primitives.ts';

describe('isPathSegment', () => {
  it.each(['a', '...', 'a/b', '任务', '😀', ' ', '%2e', '..a'])('takes %j', (value) => {
    expect(isPathSegment(value)).toBe(true);
  });

  it.each(['', '.', '..', 'a\ud83d', '\ude00b'])('refuses %j', (value) => {
    expect(isPathSegment(value)).toBe(false);
  });
});

describe('the id of a sync task', () => {
  it('has 1 to 255 characters, and 1 to 1024 for events', () => {
    expect(syncTaskId.safeParse('x'.repeat(255)).success).toBe(true);
    expect(syncTaskId.safeParse('x'.repeat(256)).success).toBe(false);
    expect(syncTaskIdForEvents.safeParse('x'.repeat(1024)).success).toBe(true);
    expect(syncTaskIdForEvents.safeParse('x'.repeat(1025)).success).toBe(false);
    expect(syncTaskIdForEvents.safeParse('').success).toBe(false);
  });
});

describe('text', () => {
  it('counts characters, not UTF-16 units', () => {
    expect(text(2).safeParse('😀😀').success).toBe(true);
    expect(text(2).safeParse('😀😀😀').success).toBe(false);
    expect(text(2).safeParse('').success).toBe(true);
  });
});

describe('REGION_NAME', () => {
  it.each(['cn-north-4', 'ap-southeast-3', 'sa-brazil-1', 'cn-north-12', 'tr-west-1'])('matches %s', (name) => {
    expect(REGION_NAME.test(name)).toBe(true);
  });

  it.each([
    '',
    'cn',
    'cn-north-4.evil.com',
    'CN-north-4',
    'cn_north_4',
    'cn-north-4\n',
    '-cn-4',
    `a-${'b'.repeat(70)}`,
  ])('does not match %j', (name) => {
    expect(REGION_NAME.test(name)).toBe(false);
  });
});
