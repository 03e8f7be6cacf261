import { createRequire } from 'node:module';
import type { ServerlessConfig } from '../../serverless/config.ts';

export function checkService(config: ServerlessConfig): readonly string[] {
  const { problemsOf } = createRequire(__filename)('../failure-destinations.cjs') as {
    problemsOf: (functions: unknown) => string[];
  };
  return problemsOf(config.functions);
}
