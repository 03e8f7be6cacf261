import { startProgress } from '../progress/progress.ts';
import { rollback as rollBack } from '../rollback.ts';
import { type Command, functionOption, isSet, targetOf, textOption } from './context.ts';
import { report, say } from './output.ts';
import { CommandUsageError } from './usage-error.ts';

export const rollback: Command = async (context) => {
  const { service, stage, functions } = context.config;
  const only = functionOption(context);
  const to = textOption(context, 'to');
  if (to !== undefined && only === undefined) throw new CommandUsageError('--to needs --function: versions differ');
  const keys = only === undefined ? Object.keys(functions) : [only];
  const target = await targetOf(context);
  const progress = startProgress({ keys, output: context.notes, now: () => performance.now() });
  const results = await rollBack({
    service,
    stage,
    target,
    signal: context.signal,
    onEvent: (event) => progress.show(event),
    ...(only === undefined ? {} : { only: [only] }),
    ...(to === undefined ? {} : { to }),
  }).finally(() => progress.stop());
  if (isSet(context, 'json')) report(context, { functions: results });
  else if (results.length === 0)
    say(
      context,
      only === undefined
        ? 'nothing to roll back: what the last deployment changed has no earlier version; others are rolled back by --function'
        : `nothing to roll back: ${only} has no earlier version`,
    );
  else for (const { key, from, to: now } of results) say(context, `${key}: version ${now} serves, before it ${from}`);
  return 0;
};
