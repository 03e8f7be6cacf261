import type { ObjectReport, StationName } from '#shared/observability/station.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import { type AgencyCloud, DESTINATION, SOURCE, STATE } from './cloud.ts';
import { bury, notification } from './events.ts';
import { ensure, type Scenario } from './tasks.ts';

/** What show-object says of a station of the object `a`. */
async function look(
  cloud: AgencyCloud,
  name: StationName,
): Promise<{ readonly state: string; readonly detail: string }> {
  const query = { bucket: SOURCE, key: 'a' };
  const result = await cloud.fg.invoke('show-object', gatewayEvent('GET', '/objects', undefined, { query }));
  ensure(result.outcome === 'success', 'show-object answers');
  const { body } = readAnswer(JSON.parse(result.outcome === 'success' ? result.payload : '{}'));
  const station = (body as ObjectReport).stations.find((each) => each.name === name);
  return station ?? { state: '', detail: '' };
}

/** Whether it is found in a document, which `arrange` writes. */
const found = (state: string, needs: RegExp, arrange: (cloud: AgencyCloud) => Promise<void>): Scenario => ({
  needs,
  run: async (cloud) => {
    await cloud.put(SOURCE, 'a', 'content');
    await arrange(cloud);
    ensure((await look(cloud, 'dead_letter')).state === state, `show-object finds the ${state}`);
  },
});

/** Scenarios of show-object, by the agency's last word in serverless.yml. */
export const OBJECT_SCENARIOS = {
  where: [
    {
      needs: /:get$|ListBucket|latest\.json/,
      run: async (cloud) => {
        await cloud.put(SOURCE, 'a', 'content');
        ensure((await look(cloud, 'source')).state === 'present', 'the source is looked at');
        ensure((await look(cloud, 'oms')).state === 'running', 'the task is shown');
        ensure((await look(cloud, 'dead_letter')).state === 'none', 'documents are listed');
        const { state, detail } = await look(cloud, 'destination');
        ensure(state === 'missing' || state === 'in_flight', 'the destination is looked at');
        ensure(detail.includes('No pass has been made'), 'the last report is looked for');
      },
    },
    found('dead_letter', /dead-letters/, async (cloud) => void (await bury(cloud, 'a'))),
    found('parked', /parked/, async (cloud) => {
      const name = await bury(cloud, 'a');
      const letter = await cloud.read(STATE, name);
      await cloud.put(STATE, name.replace('dead-letters/', 'parked/'), letter);
      await cloud.put(STATE, name, '{}');
    }),
    found('failed_invocation', /failed-invocations/, async (cloud) => {
      const record = { request_context: { request_id: '1' }, request_payload: notification('a') };
      await cloud.put(STATE, 'failed-invocations/on-object-created/1.json', JSON.stringify(record));
    }),
    {
      needs: /oms\/sync_task/,
      run: async (cloud) => {
        await cloud.put(SOURCE, 'a', 'content');
        const list = `oms/sync_task/${cloud.taskId}/failed_object_lists/1.txt`;
        await cloud.put(DESTINATION, list, '2026-09-30 11:24:43\ta\t7\n');
        ensure((await look(cloud, 'oms')).state === 'failed', 'the list of failed objects is read');
      },
    },
  ],
} satisfies Readonly<Record<string, readonly Scenario[]>>;
