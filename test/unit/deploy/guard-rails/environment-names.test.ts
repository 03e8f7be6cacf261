// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as the file has it.
import { describe, expect, it } from 'vitest';
import { environmentNameProblems } from '../../../../scripts/deploy/guard-rails/environment-names.ts';

const FILE =
  "a: ${env:OMS_SYNC_ROUTES, '[]'}\nb: ${opt:region, env:OMS_SYNC_REGION}\nc: ${env:OMS_SYNC_LOG_LEVEL, 'info'}";
const problemsOf = (name: string, deploys = true) => environmentNameProblems({ [name]: 'x' }, FILE, deploys);

describe('names of the environment', () => {
  it.each(['OMS_SYNC_ROUTES', 'OMS_SYNC_REGION', 'OMS_SYNC_LTS_ENDPOINT', 'OMS_REGION', 'HOME'])('take %s', (name) => {
    expect(problemsOf(name)).toEqual([]);
  });

  it.each([
    ['OMS_SYNC_ROUTE', 'did you mean OMS_SYNC_ROUTES?'],
    ['OMS_SYNC_LOGLEVEL', 'did you mean OMS_SYNC_LOG_LEVEL?'],
    ['OMS_SYNC_log_level', 'did you mean OMS_SYNC_LOG_LEVEL?'],
    ['OMS_SYNC_SOMETHING_ELSE', 'unset it, or read it there'],
    ['OMS_SYNC_RECONCILE_LEASE', 'unset it, or read it there'],
  ])('refuse %s: %s', (name, says) => {
    expect(problemsOf(name)).toEqual([`${name} is set, and serverless.yml reads no such variable: ${says}`]);
    expect(environmentNameProblems({ [name]: '' }, FILE, true)).toEqual([]);
  });

  it('take what other commands read themselves, where nothing is deployed', () => {
    expect(problemsOf('OMS_SYNC_RECONCILE_LEASE', false)).toEqual([]);
    expect(problemsOf('OMS_SYNC_RECONCILE_LEAS', false)).toEqual([
      expect.stringContaining('OMS_SYNC_RECONCILE_LEASE?'),
    ]);
  });
});
