import type { DeployPlan, PlannedFunction, PlannedTrigger, RollbackPlan } from '../types.ts';
import { count, joined } from './words.ts';

const TRIGGER_SIGN = { create: '+', replace: '~', update: '~', delete: '-', unchanged: '=' } as const;

/**
 * The table of a deployment's plan: one line per function, one per trigger that changes.
 *
 * @param dryRun whether nothing is going to happen
 */
export function planTable(plan: DeployPlan): string {
  const width = Math.max(0, ...plan.functions.map(({ key }) => key.length));
  const lines = plan.functions.flatMap((fn) => [
    `  ${fn.action.padEnd(9)}  ${fn.key.padEnd(width)}  ${detailsOf(fn)}`.trimEnd(),
    ...fn.triggers.filter(({ action }) => action !== 'unchanged').map((trigger) => triggerLine(trigger)),
  ]);
  return [
    `${plan.service}, stage ${plan.stage}, ${plan.region}`,
    '',
    ...lines,
    '',
    ...plan.warnings.map((text) => `Warning: ${text}`),
    summaryOf(plan),
  ].join('\n');
}

function detailsOf(fn: PlannedFunction): string {
  if (fn.action === 'orphan') return 'not in serverless.yml; --prune deletes it';
  if (fn.action === 'delete') return 'not in serverless.yml';
  if (fn.action === 'create') return 'new';
  return joined([...(fn.code ? ['code'] : []), ...fn.changes]);
}

function triggerLine({ action, type, name, changes, gap, leaves }: PlannedTrigger): string {
  const word = action === 'create' ? '' : ` (${action}${changes.length > 0 ? `: ${joined(changes)}` : ''})`;
  const notes = [gap, leaves && `EventGrid keeps its subscription ${leaves}; delete it there`].filter(Boolean);
  return [
    `             ${TRIGGER_SIGN[action]} ${type} ${name}${word}`,
    ...notes.map((note) => `               ${note}`),
  ].join('\n');
}

/** `2 to create, 1 to update, 8 unchanged` */
export function summaryOf({ functions }: DeployPlan): string {
  const number = (action: PlannedFunction['action']): number => functions.filter((fn) => fn.action === action).length;
  const parts = [
    [number('create'), 'to create'],
    [number('update'), 'to update'],
    [number('delete'), 'to delete'],
    [number('orphan'), 'not in serverless.yml any more'],
    [number('unchanged'), 'unchanged'],
  ] as const;
  const shown = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return shown.length === 0
    ? 'There are no functions.'
    : `${count(functions.length, 'function')}: ${shown.join(', ')}.`;
}

const CHANGE_SIGN = { added: '+', removed: '-', changed: '~', unknown: '?' } as const;

/** The table of a rollback's plan: each version that moves, and below it each field. */
export function rollbackTable({ service, stage, region, functions }: RollbackPlan): string {
  const lines = functions.flatMap(({ key, from, to, changes }) => [
    `  ${key}: version ${to} in place of ${from}`,
    ...changes.map(({ field, change }) => `    ${CHANGE_SIGN[change]} ${field} (${CHANGE_WORDS[change]})`),
  ]);
  const summary = `${count(functions.length, 'function')} to roll back. Triggers stay as they are.`;
  return [`${service}, stage ${stage}, ${region}`, '', ...lines, '', summary].join('\n');
}

const CHANGE_WORDS = {
  added: 'comes back',
  removed: 'goes',
  changed: 'changes',
  unknown: 'may change: it cannot be compared',
} as const;
