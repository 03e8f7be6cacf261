import { describe, expect, it } from 'vitest';
import { syncTaskId, syncTaskIdForEvents, text } from '#shared/validation/primitives.ts';

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
