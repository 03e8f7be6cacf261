import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** What only a command needs; `osls print` does without. */
export function loadCommands(): typeof import('../commands/exit-code.ts') {
  return load('../commands/exit-code.ts');
}

export function loadBuild(): typeof import('../../build/build.ts') {
  return load('../../build/build.ts');
}

/** In which this plugin runs, save where osls is called by its own name. */
export function loadFramework(): { resolved(): void } {
  return load('../../serverless/framework.cjs');
}
