import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../../scripts/local/functiongraph/errors.ts';
import { LogStore } from '../../../../../scripts/local/functiongraph/logs/log-store.ts';
import { readQuery, runQuery } from '../../../../../scripts/local/functiongraph/logs/query.ts';
import { runs } from '../../../../helpers/thorough.ts';

const START = Date.UTC(2026, 0, 1);

function storeOf(...texts: string[]): LogStore {
  const store = new LogStore();
  for (const [index, text] of texts.entries())
    store.add('s', { time: START + index, function: 'f', requestId: `r${index}`, level: 'INFO', text });
  return store;
}

function ask(store: LogStore, query: Readonly<Record<string, unknown>> = {}): ReturnType<typeof runQuery> {
  const body = { start_time: String(START), end_time: String(START + 1000), ...query };
  return runQuery(store.lines('s'), readQuery(body));
}

const contents = (store: LogStore, query?: Readonly<Record<string, unknown>>): string[] =>
  ask(store, query).logs.map(({ content }) => content);

describe('a query of LTS', () => {
  it('answers with the lines, their numbers and labels, the oldest first', () => {
    const { logs, ...rest } = ask(storeOf('one', 'two'));

    expect(rest).toEqual({ isQueryComplete: true });
    expect(logs).toEqual([
      {
        content: 'one',
        line_num: `${START}000000`,
        labels: { appName: 'f', category: 'LTS', level: 'INFO', requestId: 'r0', __time__: String(START) },
      },
      expect.objectContaining({ content: 'two', line_num: `${START + 1}000000` }),
    ]);
  });

  it('takes both ends of the time', () => {
    const store = storeOf('0', '1', '2', '3');

    expect(contents(store, { start_time: String(START + 1), end_time: String(START + 2) })).toEqual(['1', '2']);
  });

  it.each([
    [{ is_desc: false, search_type: 'forwards' }, ['6', '7', '8']],
    [{ is_desc: true, search_type: 'backwards' }, ['8', '7', '6']],
    [{ is_desc: false, search_type: 'backwards' }, ['2', '3', '4']],
    [{ is_desc: true, search_type: 'forwards' }, ['4', '3', '2']],
  ])('continues from line 5 with %j, as in the examples of the vendor', (query, expected) => {
    const store = storeOf(...'0123456789'.split(''));
    const line_num = `${START + 5}000000`;

    expect(contents(store, { ...query, line_num, limit: 3 })).toEqual(expected);
  });

  it('continues from a line that is gone', () => {
    const store = storeOf('0', '1', '2');

    expect(contents(store, { search_type: 'forwards', line_num: `${START}500000` })).toEqual(['1', '2']);
  });

  it('reads every line once, page by page', () => {
    const texts = Array.from({ length: 25 }, (_, index) => String(index));
    const store = new LogStore();
    for (const text of texts) store.add('s', { time: START, function: 'f', requestId: '', level: 'INFO', text });
    const read: string[] = [];

    for (let page = ask(store, { limit: 4 }); page.logs.length > 0; ) {
      read.push(...page.logs.map(({ content }) => content));
      page = ask(store, { limit: 4, search_type: 'forwards', line_num: page.logs.at(-1)?.line_num });
    }

    expect(read).toEqual(texts);
  });

  it('gives 50 lines unless it is told how many', () => {
    expect(contents(storeOf(...Array(60).fill('x')))).toHaveLength(50);
    expect(contents(storeOf(...Array(60).fill('x')), { limit: 55 })).toHaveLength(55);
  });

  it('finds whole words, whatever their case, and all of them', () => {
    const store = storeOf('an Error here', 'errors', '{"level":"error","id":"a-b"}', 'error a-b');

    expect(contents(store, { keywords: 'error', highlight: false })).toEqual([
      'an Error here',
      '{"level":"error","id":"a-b"}',
      'error a-b',
    ]);
    expect(contents(store, { keywords: 'a-b ERROR', highlight: false })).toHaveLength(2);
    expect(contents(store, { keywords: '' })).toHaveLength(4);
  });

  it('highlights keywords unless it is told not to', () => {
    expect(contents(storeOf('this log is an Error'), { keywords: 'error' })).toEqual([
      'this log is an <HighLightTag>Error</HighLightTag>',
    ]);
    expect(contents(storeOf('a'))).toEqual(['a']);
  });

  it('filters by labels', () => {
    const store = storeOf('a', 'b');

    expect(contents(store, { labels: { requestId: 'r1', appName: 'f' } })).toEqual(['b']);
    expect(contents(store, { labels: { toString: 'x' } })).toEqual([]);
  });

  it('counts all that match, not only those of the page', () => {
    expect(ask(storeOf('a', 'a', 'b'), { is_count: true, limit: 1, keywords: 'a' })).toMatchObject({ count: 2 });
  });

  it.each([
    [{ start_time: undefined }, 'start_time is missing'],
    [{ start_time: START }, 'start_time must be a string'],
    [{ start_time: 'yesterday' }, 'start_time must be milliseconds, as a string'],
    [{ end_time: String(START - 1) }, 'end_time must not be before start_time'],
    [{ end_time: String(START + 31 * 86_400_000) }, 'end_time must be at most 30 days after start_time'],
    [{ limit: 0 }, 'limit must be an integer from 1 to 5000'],
    [{ limit: 5001 }, 'limit must be an integer from 1 to 5000'],
    [{ limit: '50' }, 'limit must be an integer from 1 to 5000'],
    [{ line_num: '12' }, 'line_num must have 19 digits'],
    [{ search_type: 'forwards' }, 'line_num is missing for forwards'],
    [{ search_type: 'next' }, 'search_type must be init or forwards or backwards'],
    [{ is_desc: 'true' }, 'is_desc must be true or false'],
    [{ labels: [] }, 'labels must be a map of strings'],
    [{ labels: { a: 1 } }, 'labels must be a map of strings'],
    [{ keywords: Array.from({ length: 31 }, (_, index) => `w${index}`).join(' ') }, 'keywords must be at most 30'],
  ])('with %j is refused', (changes, message) => {
    expect(() => ask(storeOf(), changes)).toThrow(ApiError);
    expect(() => ask(storeOf(), changes)).toThrow(message);
  });

  it('is answered or refused with 400, whatever it is', () => {
    const store = storeOf('a', 'b');
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('init', 'forwards', true, `${START}000000`, String(START), 5),
    );
    const names = ['start_time', 'end_time', 'labels', 'keywords', 'line_num', 'search_type', 'limit', 'is_desc'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }), (changes) => {
        try {
          ask(store, changes);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          expect([error.status, error.code]).toEqual([400, 'LTS.0009']);
        }
      }),
      { seed: 6, numRuns: runs(300) },
    );
  });

  it.each([undefined, null, 'text', 7, []])('that is %j is refused', (body) => {
    expect(() => readQuery(body)).toThrow('Failed to validate the request body: it must be an object');
  });
});

describe('LogStore', () => {
  const line = (text: string, time = START) => ({ time, function: 'f', requestId: '', level: 'INFO' as const, text });

  it('numbers lines so that they grow, also where the clock stands still or goes back', () => {
    const store = new LogStore();
    for (const time of [START, START, START - 5000, START + 1]) store.add('s', line('x', time));

    const numbers = store.lines('s').map(({ lineNum }) => lineNum);
    expect(numbers).toEqual([`${START}000000`, `${START}000001`, `${START}000002`, `${START + 1}000000`]);
  });

  it('keeps no more than its bytes; the stream that writes most loses its oldest lines', () => {
    const store = new LogStore({ maxBytes: 50_000 });
    store.add('quiet', line('kept'));
    for (let count = 0; count < 1000; count++) store.add('loud', line(`line ${count}`));

    expect(store.size).toBeLessThanOrEqual(50_000);
    expect(store.lines('quiet').map(({ text }) => text)).toEqual(['kept']);
    const loud = store.lines('loud').map(({ text }) => text);
    expect(loud.length).toBeGreaterThan(100);
    expect(loud.at(-1)).toBe('line 999');
    expect(loud[0]).toBe(`line ${1000 - loud.length}`);
  });

  it('survives a line that is larger than everything', () => {
    const store = new LogStore({ maxBytes: 1000 });
    store.add('s', line('x'.repeat(10_000)));
    store.add('s', line('y'));

    expect(store.lines('s').map(({ text }) => text)).toEqual(['y']);
    expect(store.lines('other')).toEqual([]);
  });
});
