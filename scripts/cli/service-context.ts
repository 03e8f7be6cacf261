import { resolveTarget } from '../deploy/credentials.ts';
import { LocalCloudError } from '../deploy/local-environment.ts';
import type { DeployTarget } from '../deploy/types.ts';
import type { ServerlessConfig } from '../serverless/config.ts';
import { UsageError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command of `oms-sync deploy` has at hand. */
export interface CommandContext {
  /** serverless.yml, resolved for the stage and checked. */
  readonly config: ServerlessConfig;
  readonly options: Options;
  readonly env: Environment;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves when the zips of dist/ are those of the sources. */
  readonly built: Promise<void>;
  readonly output: NodeJS.WriteStream;
  /** For progress, and for what a person is told beside the result. */
  readonly notes: NodeJS.WriteStream;
}

/** @returns the exit code */
export type Command = (context: CommandContext) => Promise<number>;

/** The value of a flag that takes one. */
export function textOption({ options }: Pick<CommandContext, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet({ options }: Pick<CommandContext, 'options'>, name: string): boolean {
  return options[name] === true;
}

/**
 * Key of the function that `--function` names.
 *
 * @throws UsageError where serverless.yml has none of the name
 */
export function functionOption(context: Pick<CommandContext, 'config' | 'options'>): string | undefined {
  const key = textOption(context, 'function');
  if (key === undefined || Object.hasOwn(context.config.functions, key)) return key;
  throw new UsageError(
    `serverless.yml has no function ${key}; it has ${Object.keys(context.config.functions).join(', ')}`,
  );
}

/** @throws UsageError where `--function` is missing */
export function requiredFunction(context: Pick<CommandContext, 'config' | 'options'>): string {
  const key = functionOption(context);
  if (key === undefined) throw new UsageError('which function? Name it with --function KEY');
  return key;
}

/** Whether the local cloud is meant, and none runs. */
export function localCloudIsDown({ config, env }: Pick<CommandContext, 'config' | 'env'>): boolean {
  return config.stage === 'local' && !env['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT'];
}

/**
 * The project that is deployed to, with its credentials.
 *
 * @throws LocalCloudError, DeployError where credentials are missing
 */
export async function targetOf(context: Pick<CommandContext, 'config' | 'env' | 'options'>): Promise<DeployTarget> {
  if (localCloudIsDown(context)) throw new LocalCloudError();
  const profile = textOption(context, 'profile');
  return resolveTarget({
    region: context.config.region,
    env: context.env,
    ...(profile === undefined ? {} : { profile }),
  });
}

/** A whole number given as a flag. */
export function numberOption(
  context: Pick<CommandContext, 'options'>,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const value = textOption(context, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < minimum || number > maximum)
    throw new UsageError(`--${name} takes a whole number from ${minimum} to ${maximum}`);
  return number;
}
