import { describe, expect, it } from 'vitest';
import { eventTimes, minimalEvent } from '#shared/events/sources.ts';

const record = (key: string) => ({ eventTime: `2026-01-01T00:00:0${key}Z`, s3: { object: { key } } });
const cloudEvent = (id: string, ...items: readonly unknown[]) => ({
  source: 'HC.OBS.DWR',
  type: 'OBS:DWR:ObjectCreated:PUT',
  id,
  time: `2026-01-01T00:00:0${id}Z`,
  data: items,
});

describe('minimalEvent', () => {
  it.each<[string, unknown, readonly string[], unknown, readonly string[]]>([
    [
      'records of a native notification',
      { Records: [record('0'), record('1'), record('2')], beside: 'x' },
      ['Records[0]', 'Records[2]'],
      { Records: [record('0'), record('2')] },
      ['Records[0]', 'Records[1]'],
    ],
    ['a single CloudEvent', { ...cloudEvent('1'), data: { x: 1 } }, [''], { ...cloudEvent('1'), data: { x: 1 } }, ['']],
    [
      'items of a single CloudEvent',
      cloudEvent('1', 'a', 'b', 'c'),
      ['data[1]', 'data[2]'],
      cloudEvent('1', 'b', 'c'),
      ['data[0]', 'data[1]'],
    ],
    [
      'CloudEvents of an array',
      [cloudEvent('1'), cloudEvent('2'), cloudEvent('3')],
      ['[2]'],
      [cloudEvent('3')],
      ['[0]'],
    ],
    [
      'items of CloudEvents of an array',
      [cloudEvent('1', 'a', 'b'), cloudEvent('2', 'c', 'd'), cloudEvent('3', 'e')],
      ['[0].data[1]', '[1].data[0]', '[1].data[1]'],
      [cloudEvent('1', 'b'), cloudEvent('2', 'c', 'd')],
      ['[0].data[0]', '[1].data[0]', '[1].data[1]'],
    ],
    [
      'CloudEvents in events, whole ones beside items',
      { events: [cloudEvent('1', 'a', 'b'), null, cloudEvent('3')], beside: 'x' },
      ['events[0].data[0]', 'events[1]'],
      { events: [cloudEvent('1', 'a'), null] },
      ['events[0].data[0]', 'events[1]'],
    ],
  ])('keeps just the %s', (_name, event, paths, minimal, newPaths) => {
    const found = minimalEvent(event, paths);

    expect(found.event).toEqual(minimal);
    expect(paths.map((path) => found.paths.get(path))).toEqual(newPaths);
  });

  it('keeps a record that is named twice once, and the order of the event', () => {
    const event = { Records: [record('0'), record('1'), record('2')] };

    const found = minimalEvent(event, ['Records[2]', 'Records[0]', 'Records[2]']);

    expect(found.event).toEqual({ Records: [record('0'), record('2')] });
    expect(found.paths.get('Records[2]')).toBe('Records[1]');
  });

  it.each([
    ['a path that leads nowhere', { Records: [record('0')] }, ['Records[1]']],
    ['a path of another shape', { Records: [record('0')] }, ['events[0]']],
    ['paths of two shapes', { Records: [record('0')], events: [1] }, ['Records[0]', 'events[0]']],
    ['items of what has none', { events: [{ data: 1 }] }, ['events[0].data[0]']],
    ['items of no list', { data: 'text' }, ['data[0]']],
    ['something that is no path', { Records: [record('0')] }, ['Records[0].s3']],
    ['no path', { Records: [record('0')] }, []],
  ])('keeps the event whole for %s', (_name, event, paths) => {
    expect(minimalEvent(event, paths)).toEqual({ event, paths: new Map(paths.map((path) => [path, path])) });
  });

  it('leaves the event as it was, and takes __proto__ for a name', () => {
    const event: unknown = JSON.parse('{"source":"s","type":"t","__proto__":{"polluted":1},"data":["a","b"]}');
    const before = JSON.stringify(event);

    const minimal = minimalEvent(event, ['data[1]']).event;

    expect(JSON.stringify(event)).toBe(before);
    expect(JSON.stringify(minimal)).toBe('{"source":"s","type":"t","__proto__":{"polluted":1},"data":["b"]}');
    expect(Reflect.get(minimal as object, 'polluted')).toBeUndefined();
  });
});

describe('eventTimes', () => {
  it.each([
    [{ Records: [record('0'), { eventTime: 'yesterday' }, null, record('1')] }, ['0', '1']],
    [cloudEvent('1', { eventTime: '2026-01-01T00:00:09Z' }), ['1']],
    [
      [cloudEvent('1'), cloudEvent('2')],
      ['1', '2'],
    ],
    [{ events: [cloudEvent('3')] }, ['3']],
    [{ hello: 'world' }, []],
    [null, []],
  ])('of %j are those of the records, for CloudEvents those of the envelopes', (event, seconds) => {
    expect(eventTimes(event)).toEqual(seconds.map((second) => `2026-01-01T00:00:0${second}Z`));
  });
});
