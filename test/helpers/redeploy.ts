import { redeploy } from '../../scripts/local/redeploy.ts';
import type { Stack } from '../../scripts/local/stack.ts';
import type { FunctionConfig } from '../../scripts/serverless/config.ts';

/**
 * Deploys a function of a stack again, declared in another way.
 *
 * @returns what brings the stack's own back
 */
export async function redeployAs(
  { endpoints, config }: Stack,
  key: string,
  change: (fn: FunctionConfig) => Partial<FunctionConfig>,
): Promise<() => Promise<void>> {
  const deployed = config.functions[key];
  if (!deployed) throw new Error(`serverless.yml declares no ${key}`);
  const functions = { ...config.functions, [key]: { ...deployed, ...change(deployed) } };
  await redeploy(endpoints, { ...config, functions }, [key]);
  return async () => {
    await redeploy(endpoints, config, [key]);
  };
}

/** Like `redeployAs`, with other variables. */
export function redeployWith(
  stack: Stack,
  key: string,
  variables: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  return redeployAs(stack, key, ({ environment }) => ({ environment: { ...environment, ...variables } }));
}
