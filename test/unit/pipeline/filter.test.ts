import { describe, expect, it } from 'vitest';
import { filterChanges } from '#shared/pipeline/filter.ts';
import { change } from '../../helpers/changes.ts';

const route = (source: string, destination?: string) => ({
  source: { bucket: source },
  ...(destination === undefined ? {} : { destination: { bucket: destination } }),
  sync_task_id: 'task',
});

describe('filterChanges', () => {
  it('ignores the lists that OMS writes into a bucket that is source and destination', () => {
    const list = change('oms/sync_task/task/success_object_lists', 'both');
    const object = change('report.txt', 'both');

    const filtered = filterChanges([list, object], [route('both', 'both')]);

    expect(filtered).toEqual({ kept: [object], ignored: [{ change: list, reason: 'oms_result_list' }] });
  });

  it('ignores them where two buckets are replicated into each other', () => {
    const list = change('oms/sync_task/task/success_object_lists', 'a');

    expect(filterChanges([list], [route('a', 'b'), route('b', 'a')]).kept).toEqual([]);
  });

  it('keeps objects under the same prefix of a bucket that OMS does not write to', () => {
    const object = change('oms/sync_task/mine.txt', 'source');

    expect(filterChanges([object], [route('source', 'destination')]).kept).toEqual([object]);
    expect(filterChanges([object], [route('source')]).kept).toEqual([object]);
  });

  it('keeps names that only begin alike', () => {
    const objects = ['oms/sync_tasks/x', 'oms/sync_task', 'x/oms/sync_task/y', 'OMS/sync_task/z'].map((key) =>
      change(key, 'both'),
    );

    expect(filterChanges(objects, [route('both', 'both')]).kept).toEqual(objects);
  });

  it('ignores what this project writes into the state bucket, and nothing else there', () => {
    const state = { bucket: 'state', prefixes: ['dead-letters/', 'parked/'] };
    const own = [change('dead-letters/x', 'state'), change('parked/2026/x', 'state')];
    const others = [change('dead-letters', 'state'), change('x/parked/y', 'state'), change('parked/x', 'source')];

    const filtered = filterChanges([...own, ...others], [route('source')], state);

    expect(filtered.kept).toEqual(others);
    expect(filtered.ignored).toEqual(own.map((each) => ({ change: each, reason: 'own_state' })));
  });
});
