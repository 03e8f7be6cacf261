import type { FunctionConfig } from '../../serverless/config.ts';
import { scheduleProblem } from './schedule.ts';

/** functiongraph_01_0207 */
const NAME = /^[A-Za-z][\w-]{0,63}$/;

/** Names and schedules of timers. */
export function timerProblems(field: string, { events }: FunctionConfig): string[] {
  const seen = new Set<string>();
  return events.flatMap((event, index) => {
    if (!('timer' in event)) return [];
    const { name, type, schedule } = event.timer;
    const place = `${field}.events[${index}].timer`;
    const problems: string[] = [];
    if (!NAME.test(name))
      problems.push(
        `${place}.name is ${JSON.stringify(name)}: it holds letters, digits, - and _, and begins with a letter`,
      );
    if (seen.has(name))
      problems.push(`${place}.name is ${name}, the name of another timer of this function (FSS.1148)`);
    seen.add(name);
    const problem = scheduleProblem(type, schedule);
    if (problem) problems.push(`${place}.schedule is ${JSON.stringify(schedule)}: ${problem}`);
    return problems;
  });
}
