import { ConfigurationError, readConfig } from '#shared/config/read.ts';
import { checkStateConfig, stateVariables } from '#shared/config/state.ts';
import { notificationVariables } from '#shared/pipeline/variables.ts';
import type { FunctionConfig } from '../../serverless/config.ts';

const variables = { ...stateVariables, routes: notificationVariables.routes };

/**
 * ROUTES and the state bucket, read as the function itself will read them: what it would refuse at its start, when
 * notifications already wait for it. A mistake that several functions share is told of the first.
 */
export function routesProblems(functions: Readonly<Record<string, FunctionConfig>>): string[] {
  const seen = new Set<string>();
  return Object.entries(functions).flatMap(([key, { environment }]) => {
    if (!environment['ROUTES']) return [];
    return mistakes(environment).flatMap(({ variable, text }) => {
      const identity = `${variable} ${text}`;
      if (seen.has(identity)) return [];
      seen.add(identity);
      return [`functions.${key}.environment.${variable}: ${text}`];
    });
  });
}

function mistakes(environment: FunctionConfig['environment']): { variable: string; text: string }[] {
  try {
    readConfig(
      variables,
      (name) => environment[name] || undefined,
      (config) => checkStateConfig({ ...config, region: environment['OMS_REGION'] || undefined }),
    );
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { details = [] } = error;
    // One prefix tells enough of a bucket that is watched as a whole.
    const first = details.find(({ rule }) => rule === 'watched_source');
    return details
      .filter((problem) => problem.rule !== 'watched_source' || problem === first)
      .map(({ path, message }) => ({ variable: path, text: message }));
  }
}
