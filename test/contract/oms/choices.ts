import type { Bench } from './bench.ts';

/**
 * A question that no page answers. The local OMS has made a choice, which a test holds it to; of the real service, the answer is
 * printed.
 */
export interface Choice {
  readonly question: string;
  /** The behaviour of the local OMS, in the words of `ask`. */
  readonly local: string;
  readonly ask: (bench: Bench) => Promise<string>;
}

const answerTo = async (call: Promise<{ readonly status: number; readonly json: unknown }>): Promise<string> => {
  const { status, json } = await call;
  const code = (json as Record<string, unknown> | undefined)?.['error_code'];
  return code === undefined ? `${status}` : `${status} ${code}`;
};
const path = (bench: Bench, name: string): string => encodeURIComponent(`${bench.run}/`) + name;

/** Asked of a task that runs. */
export const CHOICES: readonly Choice[] = [
  {
    question: 'How is a bare + in object_keys decoded?',
    local: 'as a space',
    ask: async (bench) => {
      const [space, plus] = [`${bench.run}/bare plus`, `${bench.run}/bare+plus`];
      await bench.store.put(space, 'a space');
      await bench.store.put(plus, 'a plus');
      const answer = await bench.events([path(bench, 'bare+plus')]);
      if (answer.status !== 200) return `refused with ${answer.status}`;
      const found = async () => (await bench.store.read(space)) ?? (await bench.store.read(plus)) ?? 'nothing';
      await bench.eventually(found).not.toBe('nothing');
      return `as ${await found()}`;
    },
  },
  {
    question: 'What gets an event with 11 keys, which the prose forbids and the table allows?',
    local: '400 OMS.0064',
    ask: (bench) => answerTo(bench.events(Array.from({ length: 11 }, (_, n) => path(bench, `missing-${n}`)))),
  },
  {
    question: 'What gets a key that is not URL-encoded (a percent sign without digits)?',
    local: '400 OMS.0001',
    ask: (bench) => answerTo(bench.events([path(bench, '100%')])),
  },
  {
    question: 'What gets a key with characters beyond ASCII?',
    local: '400 OMS.0001',
    ask: (bench) => answerTo(bench.events([path(bench, '报告')])),
  },
  {
    question: 'What gets a key whose bytes are not UTF-8?',
    local: '400 OMS.0001',
    ask: (bench) => answerTo(bench.events([path(bench, '%FF')])),
  },
  {
    question: 'Which code has the 404 of an unknown task?',
    local: '404 OMS.1009',
    ask: (bench) => answerTo(bench.show(bench.run)),
  },
  {
    question: 'What gets the start of an unknown task?',
    local: '400 OMS.0054',
    ask: (bench) => answerTo(bench.start(bench.run)),
  },
  {
    question: 'What gets the stop of an unknown task?',
    local: '400 OMS.0054',
    ask: (bench) => answerTo(bench.stop(bench.run)),
  },
  {
    question: 'What gets the deletion of an unknown task?',
    local: '400 OMS.0054',
    ask: (bench) => answerTo(bench.remove(bench.run)),
  },
  {
    question: 'What gets the deletion of a task that runs?',
    local: '400 OMS.0063',
    ask: (bench) => answerTo(bench.remove()),
  },
  {
    question: 'What gets the start of a task that runs?',
    local: '400 OMS.0065',
    ask: (bench) => answerTo(bench.start()),
  },
  {
    question: 'Which step have statistics of four days?',
    local: 'ONE_HOUR',
    ask: async (bench) => {
      const now = Date.now();
      const query = { data_type: 'REQUEST', start_time: String(now - 96 * 3600_000), end_time: String(now) };
      const { status, json } = await bench.statistics(query);
      return String(json?.['statistic_time_type'] ?? status);
    },
  },
  {
    question: 'What get statistics whose end is before their start?',
    local: '400 OMS.0001',
    ask: (bench) =>
      answerTo(
        bench.statistics({
          data_type: 'SIZE',
          start_time: String(Date.now()),
          end_time: String(Date.now() - 3600_000),
        }),
      ),
  },
  {
    question: 'What gets a project that is not the caller’s?',
    local: '403 OMS.0072',
    ask: (bench) => answerTo(bench.call('GET', '/v2/00000000000000000000000000000000/sync-tasks')),
  },
];

/** Asked of a task that is stopped. */
export const CHOICES_WHILE_STOPPED: readonly Choice[] = [
  {
    question: 'What gets the stop of a stopped task?',
    local: '400 OMS.0066',
    ask: (bench) => answerTo(bench.stop()),
  },
  {
    question: 'What gets an event for a stopped task?',
    local: '400 OMS.0066',
    ask: (bench) => answerTo(bench.events([path(bench, 'missing')])),
  },
];
