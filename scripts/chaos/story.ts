import type { RunResult } from './simulate.ts';
import { RULES } from './world/rules.ts';

/** How a seed is run again by itself. */
export function replayCommand(seed: number): string {
  return `npm run chaos -- --seed ${seed} --trace`;
}

/**
 * History of the thing that a promise was broken for, with what happened to everybody around it. The whole history
 * where no thing is concerned.
 *
 * @param run of a simulation with `trace`
 */
export function tellStory(run: RunResult, all = false): string {
  const [violation] = run.violations;
  const thing = violation?.thing;
  const lines = run.lines.filter(
    ({ things }) => all || thing === undefined || things.length === 0 || things.includes(thing),
  );
  const told = lines.map(({ at, text }) => `  ${new Date(at).toISOString().slice(5, 23)}  ${printable(text)}`);
  if (!violation) return [...told, `seed ${run.seed}: every promise kept; hash ${run.hash}`].join('\n');
  return [
    `seed ${run.seed} broke a promise: ${violation.rule}`,
    `  ${RULES[violation.rule]}`,
    `  ${printable(violation.message)}`,
    ...(thing === undefined ? [] : [`  object: ${printable(JSON.stringify(thing))}`]),
    '',
    ...told,
    '',
    `replay: ${replayCommand(run.seed)}`,
  ].join('\n');
}

const LONGEST_LINE = 400;

/** One line, whatever a key has in it. */
function printable(text: string): string {
  const line = text.replace(
    /[\u0000-\u001f\u007f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
}
