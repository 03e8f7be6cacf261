import { createRequire } from 'node:module';
import { resolveTarget } from '../deploy/credentials.ts';
import type { DeployTarget } from '../deploy/types.ts';
import type { ServerlessConfig } from '../serverless/config.ts';
import { loadServerless } from '../serverless/load.ts';
import { type Context, isSet, type Run, textOf } from './command.ts';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';
import { noLocalCloud, placeOf, stageOf } from './stage.ts';

const load = createRequire(import.meta.url);

/** Everything that a command about the functions of serverless.yml has at hand. */
export interface ServiceContext extends Context {
  /** serverless.yml, resolved for the stage and checked. */
  readonly config: ServerlessConfig;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves when the zips of dist/ are those of the sources. */
  readonly built: Promise<void>;
  /** Stage `local` is meant, and no local cloud runs. */
  readonly nothingRuns: boolean;
  /**
   * The project that is worked on, with its credentials. A command that writes says which one it is.
   *
   * @throws CliError where no local cloud runs; CredentialsError
   */
  target(): Promise<DeployTarget>;
}

interface Options {
  /** Whether it changes something on the account. */
  readonly writes: boolean;
  /** Whether it uses the zips of dist/, which then must be those of the sources. */
  readonly bundles?: boolean;
}

/** A command about the functions of serverless.yml. */
export function serviceCommand(options: Options, command: (context: ServiceContext) => Promise<number>): Run {
  return async (context) => {
    const writes = options.writes && !isSet(context, 'dry-run');
    const { name, env } = await stageOf(context, { writes });
    const config = await loadServerless(name, env, { region: textOf(context, 'region'), strict: true });
    const { buildIfStale } = options.bundles
      ? (load('../build/build.ts') as typeof import('../build/build.ts'))
      : { buildIfStale: async () => {} };
    const built = buildIfStale().then(() => {});
    // Whoever needs it waits for it later, and is told then.
    built.catch(() => {});
    const nothingRuns = name === 'local' && !env['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT'];
    const target = async (): Promise<DeployTarget> => {
      if (nothingRuns) throw noLocalCloud();
      const profile = textOf(context, 'profile');
      const found = await resolveTarget({ region: config.region, env, ...(profile === undefined ? {} : { profile }) });
      if (writes) {
        const { region, projectId: project, endpoint } = found;
        context.note(placeOf(name, { region, project, endpoint, accessKey: found.credentials().accessKey }));
      }
      return found;
    };
    return await command({ ...context, env, config, signal: context.interruptible(), built, nothingRuns, target });
  };
}

/**
 * Key of the function that `--function` names.
 *
 * @throws UsageError where serverless.yml has none of the name
 */
export function functionOf(context: Pick<ServiceContext, 'config' | 'values'>): string | undefined {
  const key = textOf(context, 'function');
  const { functions } = context.config;
  if (key === undefined || Object.hasOwn(functions, key)) return key;
  const known = Object.keys(functions);
  const meant = nearest(key, known);
  throw new UsageError(
    `serverless.yml has no function ${key}; it has ${known.join(', ')}.`,
    meant && `Did you mean ${meant}?`,
  );
}

/** @throws UsageError where `--function` is missing */
export function requiredFunctionOf(context: Pick<ServiceContext, 'config' | 'values'>): string {
  const key = functionOf(context);
  if (key === undefined)
    throw new UsageError(
      'No function is named.',
      `Name one with --function: ${Object.keys(context.config.functions).join(', ')}.`,
    );
  return key;
}
