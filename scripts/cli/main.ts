import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

// Nobody reads any more (`| head`).
process.stdout.on('error', () => process.exit(2));
runProgram(process.argv.slice(2), COMMANDS, {
  env: process.env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}).then((code) => {
  // Connections are kept alive for calls that will not come; what is written must be read before the end.
  process.stdout.write('', () => process.exit(code));
});
