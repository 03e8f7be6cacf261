import { describe, expect, it } from 'vitest';
import { failureDestinationProblems } from '../../../scripts/deploy/guard-rails/failure-destination.ts';
import { RIGHT_FUNCTION, saidOfFile } from '../../helpers/serverless-file.ts';

const problemsOf = (functions: Readonly<Record<string, unknown>>) =>
  failureDestinationProblems(functions as Parameters<typeof failureDestinationProblems>[0]);

const fn = (onFailure: unknown, events: readonly unknown[] = []) => ({ async: { onFailure }, events });
const problemsWith = (onFailure: unknown, others: Readonly<Record<string, unknown>> = {}) =>
  problemsOf({ f: fn(onFailure), ...others });

const OBS = { type: 'OBS', bucket: 'state', prefix: 'failed/f/' };

describe('problemsOf', () => {
  it.each([
    OBS,
    { ...OBS, expires: 0 },
    { type: 'SMN', topicUrn: 'urn:smn:cn-north-4:p:t' },
    { type: 'DIS', streamName: 's' },
    { type: 'FunctionGraph', function: 'g' },
    { type: 'FunctionGraph', function: 'urn:fss:cn-north-4:p:function:default:elsewhere' },
  ])('has nothing against %o', (destination) => {
    expect(problemsWith(destination, { g: { events: [] } })).toEqual([]);
    expect(problemsOf({ f: {}, g: { async: {} } })).toEqual([]);
  });

  it.each([
    [{ type: 'OBS', prefix: 'p/' }, ['.bucket is missing: OBS needs bucket and prefix']],
    [{ type: 'OBS', bucket: 'b' }, ['.prefix is missing: OBS needs bucket and prefix']],
    [{ type: 'SMN' }, ['.topicUrn is missing: SMN needs topicUrn']],
    [{ type: 'DIS' }, ['.streamName is missing: DIS needs streamName']],
    [{ type: 'FunctionGraph' }, ['.function is missing: FunctionGraph needs function']],
    [{ ...OBS, topicUrn: 't' }, ['.topicUrn is not a parameter of OBS, which takes bucket, prefix, expires']],
    [{ type: 'SMN', topicUrn: 't', expires: 3 }, ['.expires is not a parameter of SMN, which takes topicUrn']],
    [{ ...OBS, prefix: 'failed' }, ['.prefix is "failed": it must end with / and not begin with one']],
    [{ ...OBS, prefix: '/failed/' }, ['.prefix is "/failed/": it must end with / and not begin with one']],
    [
      { ...OBS, bucket: '*' },
      [
        '.bucket is "*", which is no name of a bucket: 3 to 63 lower-case letters, digits, hyphens and periods, as OBS has it',
      ],
    ],
    [{ ...OBS, prefix: 'failed/*/' }, ['.prefix is "failed/*/": it must be a prefix, without *, ? and $']],
    [{ ...OBS, prefix: 'failed/$x/' }, ['.prefix is "failed/$x/": it must be a prefix, without *, ? and $']],
    [{ type: 'FunctionGraph', function: 'f' }, ['.function is the function itself, which would never end']],
    [
      { type: 'FunctionGraph', function: 'toString' },
      ['.function is toString, which is neither a function of this file nor a URN'],
    ],
  ])('says what is wrong with %o', (destination, problems) => {
    expect(problemsWith(destination)).toEqual(problems.map((text) => `functions.f.async.onFailure${text}`));
  });

  it('names each function, and every mistake', () => {
    expect(problemsOf({ f: fn({ type: 'OBS' }), g: fn({ type: 'DIS' }) })).toEqual([
      expect.stringContaining('functions.f.async.onFailure.bucket'),
      expect.stringContaining('functions.f.async.onFailure.prefix'),
      expect.stringContaining('functions.g.async.onFailure.streamName'),
    ]);
  });

  it('refuses two functions that are each other’s destination', () => {
    const to = (name: string) => fn({ type: 'FunctionGraph', function: name });
    expect(problemsOf({ f: to('g'), g: to('f') })).toEqual([
      'functions.f.async.onFailure.function is g, whose own failures go to f: that would never end',
      'functions.g.async.onFailure.function is f, whose own failures go to g: that would never end',
    ]);
    expect(problemsOf({ f: to('g'), g: to('h'), h: {} })).toEqual([]);
  });

  describe('where a function watches the bucket', () => {
    const watching = (kind: 'eventgrid' | 'obs', watched: object) => ({ w: { events: [{ [kind]: watched }] } });

    it.each([
      ['all of the bucket', { bucket: 'state' }, 'all of bucket state'],
      ['a prefix that holds the documents', { bucket: 'state', prefix: 'failed/' }, 'failed/ of bucket state'],
      ['a prefix among the documents', { bucket: 'state', prefix: 'failed/f/2026' }, 'failed/f/2026 of bucket state'],
      ['exactly the documents', { bucket: 'state', prefix: 'failed/f/' }, 'failed/f/ of bucket state'],
    ])('refuses %s', (_, watched, scope) => {
      for (const kind of ['eventgrid', 'obs'] as const) {
        const problems = problemsWith(OBS, watching(kind, watched));
        expect(problems).toHaveLength(1);
        expect(problems[0]).toContain('functions.f.async.onFailure.prefix is "failed/f/", but w is triggered by ');
        expect(problems[0]).toContain(scope);
      }
    });

    it.each([
      ['another bucket', { bucket: 'source' }],
      ['a prefix beside the documents', { bucket: 'state', prefix: 'failed/g/' }],
      ['a prefix that only begins alike', { bucket: 'state', prefix: 'failed/fg' }],
    ])('accepts %s', (_, watched) => {
      expect(problemsWith(OBS, watching('eventgrid', watched))).toEqual([]);
    });

    it('refuses a function whose failures are its own triggers', () => {
      expect(problemsOf({ f: fn(OBS, [{ timer: {} }, { obs: { bucket: 'state' } }]) })).toHaveLength(1);
    });
  });
});

describe('a whole serverless.yml', () => {
  /** Problems of a file with this `async`. */
  const said = (asyncConfig: object): Promise<string> =>
    saidOfFile(
      { name: 'huawei', timeout: 60, memorySize: 256, runtime: 'Node.js20.15', region: 'cn-north-4' },
      {
        f: {
          ...RIGHT_FUNCTION,
          agency: 'a',
          async: asyncConfig,
          events: [{ eventgrid: { bucket: 'watched', eventTypes: ['OBS:DWR:ObjectCreated:PUT'], keyEncode: true } }],
        },
      },
    );

  it('refuses what is wrong before any command, in words', async () => {
    const onFailure = { ...OBS, expires: 365 };
    const answers = await Promise.all([
      said({ maxRetries: 3, maxEventAge: 86_400, onFailure }),
      said({ maxRetries: 4 }),
      said({ maxEventAge: 86_401 }),
      said({ onFailure: { ...onFailure, expires: 366 } }),
      said({ onFailure: { ...onFailure, expires: -1 } }),
      said({ onFailure: { ...onFailure, typo: 1 } }),
      said({ onFailure: { ...onFailure, type: 'EG' } }),
      said({ onFailure: { type: 'OBS', prefix: 'p/' } }),
      said({ onFailure: { ...onFailure, bucket: 'watched' } }),
    ]);

    const error = 'serverless.yml:\n ';
    const at = 'serverless.yml: line 1: functions.f.async';
    expect(answers).toEqual([
      'right',
      `${error} functions.f.async.maxRetries is 4: it must be a whole number from 0 to 3`,
      `${error} functions.f.async.maxEventAge is 86401: it must be a whole number from 1 to 86400 seconds`,
      `${error} functions.f.async.onFailure.expires is 366: it must be a whole number from 0 to 365 days`,
      `${error} functions.f.async.onFailure.expires is -1: it must be a whole number from 0 to 365 days`,
      `${at}.onFailure.typo is no property of this place`,
      `${at}.onFailure.type must be OBS, SMN, DIS or FunctionGraph`,
      `${error} functions.f.async.onFailure.bucket is missing: OBS needs bucket and prefix`,
      expect.stringContaining('but f is triggered by all of bucket watched'),
    ]);
  }, 120_000);
});
