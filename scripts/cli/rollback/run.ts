import { rollbackTable } from '../../deploy/progress/plan-table.ts';
import { startProgress } from '../../deploy/progress/progress.ts';
import { applyRollback, planRollback } from '../../deploy/rollback.ts';
import { isSet, textOf } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { functionOf, serviceCommand } from '../service-command.ts';

export const run = serviceCommand({ writes: true }, async (context) => {
  const { service, stage, alias } = context.config;
  const only = functionOf(context);
  const to = textOf(context, 'to');
  if (to !== undefined && only === undefined) throw new UsageError('--to needs --function: versions differ.');
  const options = {
    service,
    stage,
    target: await context.target(),
    signal: context.signal,
    alias,
    only: only === undefined ? undefined : [only],
    to,
  };
  const plan = await planRollback(options);
  const { functions } = plan;
  if (isSet(context, 'dry-run') || functions.length === 0) {
    if (context.json) context.print(isSet(context, 'dry-run') ? { plan } : { functions });
    else if (functions.length === 0)
      context.say(
        only === undefined
          ? 'nothing to roll back: what the last deployment changed has no earlier version; others are rolled back by --function'
          : `nothing to roll back: ${only} has no earlier version`,
      );
    else context.say(`${rollbackTable(plan)} Nothing was changed (--dry-run).`);
    return 0;
  }
  context.note(rollbackTable(plan));
  if (plan.changesVariables) await confirm(context, `Roll back stage ${stage}, variables included`);
  const keys = functions.map(({ key }) => key);
  const progress = startProgress({ keys, output: process.stderr, now: () => performance.now() });
  await applyRollback(plan, { ...options, onEvent: (event) => progress.show(event) }).finally(() => progress.stop());
  if (context.json) context.print({ functions });
  else for (const { key, from, to: now } of functions) context.say(`${key}: version ${now} serves, before it ${from}`);
  return 0;
});
