import { describe, expect, it } from 'vitest';
import { FAILURES } from '#shared/pipeline/failures.ts';
import { submissionRemedy } from '#shared/reconcile/report/report.ts';

describe('what to do about a refused object', () => {
  it.each(Object.keys(FAILURES))('is a sentence, and speaks of no notification: %s', (code) => {
    const remedy = submissionRemedy(code);

    expect(remedy).toMatch(/^[A-Z].*\.$/);
    expect(remedy).not.toMatch(/redrive|dead letter|platform|trigger|;\.|undefined/i);
  });

  it('is another one where the table of failures speaks of redrive', () => {
    expect(FAILURES['OmsSync.SyncTaskNotFound'].remedy).toContain('redrive');
    expect(submissionRemedy('OmsSync.SyncTaskNotFound')).toContain('the next pass submits the objects again.');
  });

  it('is what the table says where that holds here, too', () => {
    expect(submissionRemedy('OmsSync.OmsThrottled')).toBe(FAILURES['OmsSync.OmsThrottled'].remedy);
    expect(submissionRemedy('OmsSync.OmsInternalError')).toBe(
      "Nothing if it passes. If it lasts, give the request id of the log to Huawei's support.",
    );
  });

  it('is known for a code of another release, too', () => {
    expect(submissionRemedy('OmsSync.Later')).toMatch(/^See the log/);
    expect(submissionRemedy('__proto__')).toMatch(/^See the log/);
  });
});
