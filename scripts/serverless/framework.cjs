'use strict';
const { dirname, join } = require('node:path');

/**
 * Runs osls in this process with what this project needs of it: reading and checking serverless.yml, and our own commands.
 * What it brings for AWS is not loaded (it is 4/5 of it, and a second of every start), and its voice is turned off: no
 * banner, no advertisement of documents, no notices of deprecation, and no debug output, which would hold variables.
 * It is replaced by file, which works because the version of osls is pinned; `npx osls` runs the plugin as well.
 *
 * @param {readonly string[]} argv as osls reads them: a command, then flags
 * @param {string} root folder of serverless.yml
 * @param {(message: string) => void} fail told of the framework's own errors: a mistake in serverless.yml, a variable that
 *   cannot be resolved
 */
function runFramework(argv, root, fail) {
  const folder = dirname(require.resolve('osls/package.json'));
  const replace = (path, exports) => {
    const filename = join(folder, path);
    require.cache[filename] = { id: filename, filename, loaded: true, children: [], paths: [], exports };
  };
  const cache = process.env.SLS_SCHEMA_CACHE_BASE_DIR ?? join(root, '.local');
  for (const name of Object.keys(process.env)) if (/^(SLS|SERVERLESS)_/.test(name)) delete process.env[name];
  process.env.SLS_DEPRECATION_DISABLE = '*';
  // The framework would otherwise keep its schema cache in the home folder.
  process.env.SLS_SCHEMA_CACHE_BASE_DIR = cache;
  process.chdir(root);
  process.argv.splice(2, process.argv.length, ...argv);

  replace('lib/utils/serverless-utils/log-reporters/node.js', {});
  // An address in a `$ref` would be fetched.
  replace('lib/classes/yaml-parser/external-ref-reader.js', {
    readExternalDocument() {
      throw new Error('serverless.yml refers to a document elsewhere, which is not supported');
    },
  });
  replace('lib/cli/handle-error.js', (error) => {
    process.exitCode = 1;
    fail(messageOf(error));
    return {};
  });
  const log = require(join(folder, 'lib/utils/serverless-utils/log.js'));
  log.writeText = (text) => void process.stdout.write(`${text}\n`);
  replace('lib/plugins/index.js', argv[0] === 'print' ? [require(join(folder, 'lib/plugins/print.js'))] : []);
  require(join(folder, 'scripts/serverless.js'));
}

/** One line per mistake. */
function messageOf(error) {
  const lines = String(error?.message ?? error)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Learn more about\b/.test(line));
  return `serverless.yml: ${lines.join('\n  ')}`;
}

module.exports = { runFramework };

if (require.main === module)
  runFramework(process.argv.slice(2), process.cwd(), (message) => process.stderr.write(`${message}\n`));
