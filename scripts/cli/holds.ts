import { collectHolds } from '#shared/observability/status/collect.ts';
import type { Reason } from '#shared/observability/status/report.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { resolveTarget } from '../deploy/credentials.ts';
import { loadServerless } from '../serverless/load.ts';
import { isDefect } from './errors.ts';
import { observe } from './observed.ts';
import type { Stage } from './stage.ts';
import { queuePort } from './where/platform.ts';

/** Milliseconds for each question. */
const PATIENCE = 10_000;

export interface HoldsOptions {
  /** The sync tasks that matter, by the routes of the stage. */
  readonly tasks: (routes: readonly Route[]) => readonly string[];
  /** Whether invocations that wait in FunctionGraph matter. */
  readonly queue: boolean;
}

/**
 * Names what holds objects back without a trace in listings or documents: a stopped sync task, waiting invocations.
 *
 * @returns undefined where the stage does not say whom to ask: there are no keys, or serverless.yml needs more variables
 */
export async function holdsOf({ name, env }: Stage, options: HoldsOptions): Promise<readonly Reason[] | undefined> {
  try {
    const service = await loadServerless(name, env);
    const { questions, target } = await observe(
      { config: service, env, target: () => resolveTarget({ region: service.region, env }) },
      PATIENCE,
    );
    const tasks = [...new Set(options.tasks(questions.routes))];
    return await collectHolds({ ...questions, ...(options.queue && { queue: queuePort({ service, target }) }) }, tasks);
  } catch (error) {
    if (isDefect(error)) throw error;
    return undefined;
  }
}

/** Whether one of them is known to hold something back. */
export function isHeld(holds: readonly Reason[] | undefined): boolean {
  return holds?.some(({ status }) => status !== 'unknown') ?? false;
}

/** A sentence for each. */
export function holdLines(holds: readonly Reason[] | undefined): string[] {
  return (holds ?? []).map(({ message, remedy, code }) => `${message} (${code}) ${remedy}`.trim());
}
