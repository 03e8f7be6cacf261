import { backlog } from './backlog.ts';
import type { CliCommand } from './command.ts';
import { completion } from './completion.ts';
import { demo } from './demo.ts';
import { deploy } from './deploy.ts';
import { info } from './info.ts';
import { invoke } from './invoke.ts';
import { logs } from './logs.ts';
import { policies } from './policies.ts';
import { reconcile } from './reconcile.ts';
import { redrive } from './redrive.ts';
import { remove } from './remove.ts';
import { rollback } from './rollback.ts';
import { routes } from './routes.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { where } from './where.ts';

/** Every command, in the order of the help text. */
export const COMMANDS: readonly CliCommand[] = [
  start,
  demo,
  status,
  where,
  backlog,
  reconcile,
  redrive,
  deploy,
  rollback,
  info,
  invoke,
  logs,
  remove,
  routes,
  policies,
  completion,
];
