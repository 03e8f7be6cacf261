import { describe, expect, it } from 'vitest';
import { readReconcileRequest } from '#shared/reconcile/request-options.ts';
import { ValidationError } from '#shared/validation/errors.ts';

const read = (value: unknown) => readReconcileRequest(value, 'The body');
const problems = (value: unknown) => {
  try {
    read(value);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return (error.details ?? []).map(({ path, rule }) => `${path} ${rule}`);
  }
};

describe('what a reconciliation may be asked', () => {
  it('is nothing at all, or everything', () => {
    const all = {
      route: 'reports',
      dry_run: true,
      grace_period: '0s',
      max_submissions: 3,
      restart: true,
      source_is_empty: false,
    };

    expect(read({})).toEqual({});
    expect(read(all)).toEqual(all);
  });

  it.each(['0', '0s', '90s', '15m', '2h', '30d', '500ms'])('may have the grace period %s', (grace_period) => {
    expect(read({ grace_period })).toEqual({ grace_period });
  });

  it.each(['', '15', '15 m', '-1m', '1.5h', '31d', 'soon', '1e3s'])('has no grace period %j', (grace_period) => {
    expect(problems({ grace_period })).toEqual(['grace_period duration']);
  });

  it('is told with every problem at once', () => {
    expect(problems({ route: '', dry_run: 'yes', grace: '1m' })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^route /),
        expect.stringMatching(/^dry_run /),
        expect.stringMatching(/^grace /),
      ]),
    );
  });
});
