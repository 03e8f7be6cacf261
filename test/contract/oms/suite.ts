import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Check } from './check.ts';
import { authenticationChecks } from './checks-authentication.ts';
import { refusalChecks } from './checks-refusals.ts';
import { endChecks, taskChecks } from './checks-task.ts';
import { CHOICES, CHOICES_WHILE_STOPPED, type Choice } from './choices.ts';
import type { RunningTarget } from './target.ts';

export interface SuiteOptions {
  /** `assert` holds the service to the choices of the local OMS; `print` only says what it does. */
  readonly choices: 'assert' | 'print';
}

/** Runs every check against one OMS, in order: they share one sync task. */
export function describeOms(server: string, start: () => Promise<RunningTarget>, { choices }: SuiteOptions): void {
  describe(`the OMS HTTP API of ${server}`, () => {
    let target: RunningTarget;
    let bench: Bench;

    beforeAll(async () => {
      target = await start();
      bench = new Bench(target);
      for (const line of plan(bench)) target.say(line);
    });
    afterAll(async () => {
      try {
        await bench?.cleanUp();
      } finally {
        await target?.stop();
      }
    });

    const runs = (area: string, checks: readonly Check[]): void => {
      describe(area, () => {
        for (const { name, basis, source, run } of checks) it(`${name} [${basis}: ${source}]`, () => run(bench));
      });
    };
    const asks = (questions: readonly Choice[]): void => {
      for (const { question, local, ask } of questions)
        it(`${question} [a choice of the local OMS: ${local}]`, async () => {
          const found = await ask(bench);
          target.say(`${question} ${found}${found === local ? '' : `; the local OMS: ${local}`}`);
          if (choices === 'assert') expect(found).toBe(local);
        });
    };

    runs('authentication', authenticationChecks);
    // Refusals run before the task: a request that is accepted against expectation is the one task of the run.
    runs('refusals', refusalChecks);
    runs('a sync task', taskChecks);
    describe('what no page says of a running task', () => asks(CHOICES));
    describe('what no page says of a stopped task', () => {
      it('it is stopped first', async () => {
        expect((await bench.stop()).status).toBe(200);
        await bench.eventually(async () => (await bench.show()).json?.['status']).toBe('STOPPED');
      });
      asks(CHOICES_WHILE_STOPPED);
    });
    runs('the end of a sync task', endChecks);
  });
}

/** Announces the run to whoever started it. */
function plan({ run, target }: Bench): string[] {
  const { endpoint, projectId, source, destination } = target;
  return [
    `Contract tests of the OMS at ${endpoint}, project ${projectId}.`,
    `Creates one sync task, ${source.name} (${source.region}) to ${destination.name} (${destination.region}), with the description ${run}, and deletes it.`,
    `Puts objects of a few bytes below ${run}/ in ${source.name}, has them copied to ${destination.name}, and deletes both.`,
    `Deletes what OMS writes below oms/sync_task/<id of the task>/ in ${destination.name}. Touches nothing else.`,
  ];
}
