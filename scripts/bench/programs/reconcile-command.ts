import { runProgram } from '../../cli/program.ts';
import { run } from '../../cli/reconcile/run.ts';
import { reconcile } from '../../cli/reconcile.ts';

// `oms-sync reconcile` in one file: nothing is loaded when it runs.
runProgram(['reconcile', ...process.argv.slice(2)], [reconcile], {
  env: process.env,
  load: () => ({ run }),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}).then((code) => process.exit(code));
