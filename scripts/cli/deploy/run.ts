import { applyPlan } from '../../deploy/apply/apply-plan.ts';
import { ConfigurationError } from '../../deploy/errors.ts';
import { absentNames, unroutedTriggers } from '../../deploy/guard-rails/deployable.ts';
import { planDeployment } from '../../deploy/plan/plan-deployment.ts';
import { planTable, summaryOf } from '../../deploy/progress/plan-table.ts';
import { startProgress } from '../../deploy/progress/progress.ts';
import { count, duration } from '../../deploy/progress/words.ts';
import type { DeployPlan, DeployResult } from '../../deploy/types.ts';
import { isSet, numberOf } from '../command.ts';
import { functionOf, serviceCommand } from '../service-command.ts';

export const run = serviceCommand({ writes: true, bundles: true }, async (context) => {
  const { config, signal, built } = context;
  const only = functionOf(context);
  const concurrency = numberOf(context, 'concurrency', 1, 16);
  const dryRun = isSet(context, 'dry-run');
  const began = performance.now();
  const nothingRuns = dryRun && context.nothingRuns;
  const keys = only === undefined ? undefined : [only];
  const problems = [
    ...absentNames(config, keys),
    ...(nothingRuns || isSet(context, 'allow-unrouted') ? [] : unroutedTriggers(config.functions, keys)),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const target = nothingRuns ? undefined : await context.target();
  await built;
  const plan = await planDeployment({
    config,
    target,
    prune: isSet(context, 'prune'),
    signal,
    only: keys,
  });
  if (dryRun || target === undefined) {
    if (context.json) context.print({ plan });
    else context.say(`${planTable(plan)} Nothing was changed (--dry-run).`);
    if (nothingRuns) context.note('No local cloud runs: this is the plan for an empty project.');
    return 0;
  }

  const touched = plan.functions.filter(({ action }) => action !== 'unchanged' && action !== 'orphan');
  context.say(`${config.service}, stage ${config.stage}, ${config.region}: ${summaryOf(plan)}`);
  for (const warning of plan.warnings) context.note(`Warning: ${warning}`);
  const progress = startProgress({
    keys: touched.map(({ key }) => key),
    output: process.stderr,
    now: () => performance.now(),
  });
  let result: DeployResult;
  try {
    result = await applyPlan(plan, {
      target,
      signal,
      onEvent: (event) => progress.show(event),
      concurrency,
      keepVersions: config.keepVersions,
    });
  } finally {
    progress.stop();
  }
  const ms = performance.now() - began;
  if (context.json) context.print({ plan, result: withMessages(result), ms: Math.round(ms) });
  else context.say(outcomeOf(plan, result, ms));
  return result.ok ? 0 : 1;
});

/** Errors become their messages: JSON has none. */
function withMessages(result: DeployResult) {
  return {
    ...result,
    functions: result.functions.map(({ error, ...fn }) => ({ ...fn, ...(error ? { error: error.message } : {}) })),
  };
}

/** The last line of a deployment, and what was left behind. */
export function outcomeOf({ functions }: DeployPlan, result: DeployResult, ms: number): string {
  const outcome = (name: string): number => result.functions.filter((fn) => fn.outcome === name).length;
  const doomed = new Set(functions.filter(({ action }) => action === 'delete').map(({ key }) => key));
  const deleted = result.functions.filter((fn) => fn.outcome === 'done' && doomed.has(fn.key)).length;
  const orphans = functions.filter(({ action }) => action === 'orphan').map(({ key }) => key);
  const parts = [
    [outcome('done') - deleted, 'deployed'],
    [deleted, 'deleted'],
    [outcome('unchanged'), 'unchanged'],
    [outcome('failed'), 'failed; run it again to go on'],
    [outcome('aborted') + outcome('skipped'), 'not reached; run it again to go on'],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const lines = [`${shown.length > 0 ? shown.join(', ') : 'nothing to do'}, ${duration(ms)}`];
  if (orphans.length > 0)
    lines.push(
      `${count(orphans.length, 'function')} that serverless.yml does not have: ${orphans.join(', ')} (--prune deletes)`,
    );
  const left = functions.flatMap(({ triggers }) => triggers.flatMap(({ leaves }) => leaves ?? []));
  if (left.length > 0)
    lines.push(
      `EventGrid keeps ${count(left.length, 'subscription')} of triggers that are gone: ${left.join(', ')} (delete them there)`,
    );
  return lines.join('\n');
}
