/**
 * The framework loads a plugin with require(), so the plugin's own files run as CommonJS. What does the work is loaded as
 * the ES modules that it is: a module that came both ways would exist twice, and `instanceof` would know only one of its
 * error classes.
 */
export async function loadCommands() {
  await learnTypeScript();
  return import('../commands/exit-code.ts');
}

export async function loadBuild() {
  await learnTypeScript();
  return import('../../build.ts');
}

let learning: Promise<unknown> | undefined;

/** Under `node --import tsx` (npm run deploy) Node knows how; under plain osls it has to be told. */
function learnTypeScript(): Promise<unknown> {
  const known = process.execArgv.some((argument) => /\btsx\b/.test(argument));
  learning ??= known ? Promise.resolve() : import('tsx/esm/api').then(({ register }) => register());
  return learning;
}
