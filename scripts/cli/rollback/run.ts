import { rollbackTable } from '../../deploy/progress/plan-table.ts';
import { startProgress } from '../../deploy/progress/progress.ts';
import { applyRollback, planRollback } from '../../deploy/rollback.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { report, say } from '../invoke/result.ts';
import { type Command, functionOption, isSet, targetOf, textOption } from '../service-context.ts';

export const rollback: Command = async (context) => {
  const { service, stage, alias } = context.config;
  const only = functionOption(context);
  const to = textOption(context, 'to');
  if (to !== undefined && only === undefined) throw new UsageError('--to needs --function: versions differ');
  const options = {
    service,
    stage,
    target: await targetOf(context),
    signal: context.signal,
    ...(alias === undefined ? {} : { alias }),
    ...(only === undefined ? {} : { only: [only] }),
    ...(to === undefined ? {} : { to }),
  };
  const plan = await planRollback(options);
  const { functions } = plan;
  if (isSet(context, 'dry-run') || functions.length === 0) {
    if (isSet(context, 'json')) report(context, isSet(context, 'dry-run') ? { plan } : { functions });
    else if (functions.length === 0)
      say(
        context,
        only === undefined
          ? 'nothing to roll back: what the last deployment changed has no earlier version; others are rolled back by --function'
          : `nothing to roll back: ${only} has no earlier version`,
      );
    else say(context, `${rollbackTable(plan)} Nothing was changed (--dry-run).`);
    return 0;
  }
  context.notes.write(`${rollbackTable(plan)}\n`);
  if (plan.changesVariables) await confirm(context, `roll back stage ${stage}, variables included`);
  const keys = functions.map(({ key }) => key);
  const progress = startProgress({ keys, output: context.notes, now: () => performance.now() });
  await applyRollback(plan, { ...options, onEvent: (event) => progress.show(event) }).finally(() => progress.stop());
  if (isSet(context, 'json')) report(context, { functions });
  else for (const { key, from, to: now } of functions) say(context, `${key}: version ${now} serves, before it ${from}`);
  return 0;
};
