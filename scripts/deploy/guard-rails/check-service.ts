import type { ServerlessConfig } from '../../serverless/config.ts';

export function checkService(_config: ServerlessConfig): readonly string[] {
  return [];
}
