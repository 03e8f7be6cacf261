'use strict';
const { dirname, join } = require('node:path');

/** Seconds that serverless.yml may take to be resolved; it takes one. */
const DEADLINE = 120;
/** Seconds in which a process that waits for itself does nothing. One that a busy machine keeps waiting is not idle. */
const IDLE = 5;

/** Of the run in this process. */
let watch;

/**
 * Runs osls in this process with what this project needs of it: reading and checking serverless.yml, and our own commands.
 * What it brings for AWS is not loaded (it is 4/5 of it, and a second of every start), and its voice is turned off: no
 * banner, no advertisement of documents, no notices of deprecation, and no debug output, which would hold variables.
 * It is replaced by file, which works because the version of osls is pinned.
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
    resolved();
    process.exitCode = 1;
    fail(messageOf(error));
    return {};
  });
  const sources = join(folder, 'lib/configuration/variables/sources');
  keepLiteral(require(join(sources, 'env.js')));
  keepLiteral(require(join(sources, 'opt.js')));
  const pending = watched(require(join(sources, 'self.js')));
  const log = require(join(folder, 'lib/utils/serverless-utils/log.js'));
  log.writeText = (text) => {
    resolved();
    process.stdout.write(`${text}\n`);
  };
  replace('lib/plugins/index.js', argv[0] === 'print' ? [require(join(folder, 'lib/plugins/print.js'))] : []);
  watch = endLater(pending, fail);
  require(join(folder, 'scripts/serverless.js'));
}

/** The framework finds most circles itself; of others it waits for ever, without a word. */
function endLater(pending, fail) {
  let seconds = 0;
  let idle = 0;
  let before = performance.eventLoopUtilization();
  const end = (says) => {
    fail(`serverless.yml: ${says}`);
    process.exit(1);
  };
  return setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    idle = pending.size > 0 && utilization < 0.1 ? idle + 1 : 0;
    seconds += 1;
    const references = [...pending].map((address) => `\${self:${address}}`).join(', ');
    if (idle >= IDLE) end(`variables refer to each other in a circle: ${references}`);
    if (seconds >= DEADLINE) end(`variables have no values after ${DEADLINE} s: ${references}`);
  }, 1000);
}

/** To be told when the variables have values: what comes then takes the time that it takes. */
function resolved() {
  clearInterval(watch);
}

/**
 * The framework reads what a variable holds as variables again, without an end. That is right for this file, whose author
 * writes code, and wrong for the environment and the command line: a key pair or a prefix with `${` in it would be
 * deployed as something else. So their dollars pass the framework in disguise, which literal.ts takes off. The disguise is
 * of Unicode's private use.
 */
function keepLiteral(source) {
  const { resolve } = source;
  const disguised = (_, value) =>
    typeof value === 'string' ? value.replace(/[$\uE000]/g, (one) => (one === '$' ? '\uE000D' : '\uE000M')) : value;
  source.resolve = (input) => JSON.parse(JSON.stringify(resolve(input), disguised));
}

/** @returns the addresses that are being resolved, in this moment */
function watched(source) {
  const pending = new Set();
  const { resolve } = source;
  source.resolve = async (input) => {
    pending.add(input.address);
    const result = await resolve(input);
    pending.delete(input.address);
    return result;
  };
  return pending;
}

/** One line per mistake. */
function messageOf(error) {
  const lines = String(error?.message ?? error)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Learn more about\b/.test(line));
  return `serverless.yml: ${lines.join('\n  ')}`;
}

module.exports = { isRunning: () => watch !== undefined, resolved, runFramework };

if (require.main === module)
  runFramework(process.argv.slice(2), process.cwd(), (message) => process.stderr.write(`${message}\n`));
