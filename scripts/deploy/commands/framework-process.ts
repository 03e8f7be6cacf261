import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { frameworkMessage, ROOT } from '../../serverless/config.ts';

/**
 * Runs osls in this process, which saves the start of another one, with its own voice turned off: no banner, no
 * advertisement of documents, no notices of deprecation, no debug output, which would hold variables.
 *
 * @param argv as osls reads them
 */
export function runFramework(argv: readonly string[]): void {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('osls/package.json'));
  for (const name of Object.keys(process.env))
    if (/^(SLS|SERVERLESS)_/.test(name) || name === 'LOG_LEVEL' || name === 'LOG_DEBUG') delete process.env[name];
  process.env['SLS_DEPRECATION_DISABLE'] = '*';
  // The framework would otherwise keep its schema cache in the home folder.
  process.env['SLS_SCHEMA_CACHE_BASE_DIR'] = join(ROOT, '.local');
  process.chdir(ROOT);
  process.argv.splice(2, process.argv.length, ...argv);
  // Errors of the framework itself: a mistake in serverless.yml, a variable that cannot be resolved.
  const handler = join(folder, 'lib', 'cli', 'handle-error.js');
  require.cache[handler] = { id: handler, filename: handler, loaded: true, exports: tell } as NodeJS.Module;
  require(join(folder, 'scripts', 'serverless.js'));
}

function tell(error: Error): object {
  const message = `serverless.yml: ${frameworkMessage(error.message)}`;
  console.error(message);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: { message } }, null, 2));
  process.exitCode = 1;
  return {};
}
