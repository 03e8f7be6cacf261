import { vi } from 'vitest';
import type { PlatformHandler } from '#shared/platform/stack.ts';

/** A function's handler in a fresh module instance, as after a cold start: its variables are read anew. */
export async function loadHandler(name: string): Promise<PlatformHandler> {
  vi.resetModules();
  const module = (await import(`../../functions/${name}/index.ts`)) as { handler: PlatformHandler };
  return module.handler;
}
