import { describe, expect, it } from 'vitest';
import type { OmsClient } from '#shared/oms/client.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { omsError } from '../../helpers/oms-error.ts';

type Shown = Awaited<ReturnType<OmsClient['showSyncTask']>>;

/** A client that shows what it is told to, and notes what it was asked. */
function showing(answer: () => unknown) {
  const asked: { syncTaskId: string; queryTime: number }[] = [];
  const oms: Pick<OmsClient, 'showSyncTask'> = {
    showSyncTask: async (request) => {
      asked.push(request);
      return (await answer()) as Shown;
    },
  };
  return { asked, oms };
}

function statesAt(start = 1_000_000) {
  const clock = { now: start };
  return { clock, states: new TaskStates({ now: () => clock.now }) };
}

const throwing = (error: unknown) => () => {
  throw error;
};

describe('TaskStates', () => {
  it.each([
    ['running', () => ({ status: 'SYNCHRONIZING' })],
    ['stopped', () => ({ status: 'STOPPED' })],
    ['unknown', () => ({ status: 'SOMETHING_NEW' })],
    ['unknown', () => ({ status: null })],
    ['unknown', () => undefined],
    ['missing', throwing(omsError(404))],
    ['missing', throwing(omsError(400, 'OMS.0054'))],
    ['missing', throwing(omsError(400, 'S3M.1009'))],
    ['unknown', throwing(omsError(400, 'OMS.0001'))],
    ['unknown', throwing(omsError(403, 'OMS.0072'))],
    ['unknown', throwing(omsError(503))],
    ['unknown', throwing(new TypeError('defect'))],
  ])('says %s', async (state, answer) => {
    const { states } = statesAt();

    expect(await states.of('task', showing(answer).oms)).toBe(state);
  });

  it('is unknown where the client fails before it returns', async () => {
    const oms = { showSyncTask: throwing(new TypeError('defect')) } as Pick<OmsClient, 'showSyncTask'>;

    expect(await statesAt().states.of('task', oms)).toBe('unknown');
  });

  it('asks about the month of now', async () => {
    const { states } = statesAt(1_700_000_000_000);
    const { asked, oms } = showing(() => ({ status: 'STOPPED' }));

    await states.of('task', oms);

    expect(asked).toEqual([{ syncTaskId: 'task', queryTime: 1_700_000_000_000 }]);
  });

  it.each([
    ['stopped', () => ({ status: 'STOPPED' }), 5_000],
    ['missing', throwing(omsError(404)), 5_000],
    ['unknown', throwing(omsError(503)), 5_000],
    // Keys are rejected upon it.
    ['running', () => ({ status: 'SYNCHRONIZING' }), 1_000],
  ])('keeps %s for its time and asks again afterwards', async (_state, answer, time) => {
    const { clock, states } = statesAt();
    const { asked, oms } = showing(answer);

    await states.of('task', oms);
    clock.now += time - 1;
    await states.of('task', oms);
    expect(asked).toHaveLength(1);

    clock.now += 1;
    await states.of('task', oms);
    expect(asked).toHaveLength(2);
  });

  it('asks again when the clock jumped back, for the age of the answer is not known', async () => {
    const { clock, states } = statesAt();
    const { asked, oms } = showing(() => ({ status: 'STOPPED' }));

    await states.of('task', oms);
    clock.now -= 1;
    await states.of('task', oms);

    expect(asked).toHaveLength(2);
  });

  it('asks once for all who want to know at the same time, and separately for each task', async () => {
    const { states } = statesAt();
    const { asked, oms } = showing(() => ({ status: 'SYNCHRONIZING' }));

    const answers = await Promise.all(['a', 'a', 'b', 'a'].map((id) => states.of(id, oms)));

    expect(answers).toEqual(['running', 'running', 'running', 'running']);
    expect(asked.map(({ syncTaskId }) => syncTaskId)).toEqual(['a', 'b']);
  });

  it('forgets what is too old where many tasks are asked about', async () => {
    const { clock, states } = statesAt();
    const { asked, oms } = showing(() => ({ status: 'STOPPED' }));
    for (let index = 0; index < 1_000; index += 1) await states.of(`old-${index}`, oms);
    clock.now += 5_000;

    for (let index = 0; index < 2_000; index += 1) await states.of(`new-${index}`, oms);

    expect(states.size).toBe(2_000);
    expect(asked).toHaveLength(3_000);
  });
});
