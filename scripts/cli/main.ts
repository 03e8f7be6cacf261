import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

// Nobody reads any more (`| head`).
process.stdout.on('error', () => process.exit(2));
const argv = process.argv.slice(2);
// `npm run deploy -- info`, as it was called before there was one program.
if (process.env['npm_lifecycle_event'] === 'deploy' && COMMANDS.some(({ name }) => name === argv[1])) argv.shift();
runProgram(argv, COMMANDS, {
  env: process.env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}).then((code) => {
  // Connections are kept alive for calls that will not come; what is written must be read before the end.
  process.stdout.write('', () => process.exit(code));
});
