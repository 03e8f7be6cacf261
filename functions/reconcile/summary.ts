import { AppError } from '#shared/errors/base.ts';
import type { ReconcileResult } from '#shared/reconcile/run-options.ts';

/** What a call that asks for nothing sensible is answered, where somebody reads the answer. */
export interface Refusal {
  readonly error_code: string;
  readonly error_msg: string;
  readonly details: AppError['details'];
}

/** What became of one route. */
export type RouteSummary =
  | {
      readonly route: string;
      /** `not_reached`: others took all the time; it is the first of the next run. */
      readonly outcome: ReconcileResult['outcome'] | 'not_reached';
      readonly reason?: string;
      readonly pass?: number;
      readonly converged?: boolean;
      readonly accepted?: number;
      /** Documents of the state bucket that could not be read. */
      readonly unreadable?: readonly string[];
    }
  | ({ readonly route: string; readonly outcome: 'failed' } & Refusal);

export interface ReconcileSummary {
  readonly routes: readonly RouteSummary[];
}

export function summaryOf(
  route: string,
  { outcome, reason, report, accepted, unreadable = [] }: ReconcileResult,
): RouteSummary {
  return {
    route,
    outcome,
    ...(reason && { reason }),
    ...(report && { pass: report.pass, converged: report.converged }),
    accepted,
    ...(unreadable.length > 0 && { unreadable }),
  };
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof AppError)
    return { error_code: error.code, error_msg: error.publicMessage, details: error.details };
  return { error_code: 'OmsSync.Internal', error_msg: 'See the function log.', details: undefined };
}
