import { createRequire } from 'node:module';
import { loadServerless } from '../serverless/load.ts';
import { type Run, textOf } from './command.ts';
import type { Command } from './service-context.ts';
import { stageOf } from './stage.ts';

const load = createRequire(import.meta.url);

export interface ServiceCommandOptions {
  /** Whether it changes something on the account. */
  readonly writes: boolean;
  /** Whether it uses the zips of dist/, which then must be those of the sources. */
  readonly bundles?: boolean;
}

/** A command about the functions of serverless.yml, resolved for a stage and checked. */
export function serviceCommand(command: Command, { writes, bundles = false }: ServiceCommandOptions): Run {
  return async (context) => {
    const stage = await stageOf(context, { writes: writes && context.values['dry-run'] !== true });
    const config = await loadServerless(stage.name, stage.env, { region: textOf(context, 'region'), strict: true });
    const built = bundles
      ? (load('../build/build.ts') as typeof import('../build/build.ts')).buildIfStale()
      : Promise.resolve();
    // Whoever needs it waits for it later, and is told then.
    built.catch(() => {});
    return await command({
      config,
      options: { ...context.values, json: context.json },
      env: stage.env,
      signal: context.interruptible(),
      built: built.then(() => {}),
      output: process.stdout,
      notes: process.stderr,
    });
  };
}
