import { createRequire } from 'node:module';
import { type CliCommand, STAGE_FLAGS } from './command.ts';
import { serviceCommand } from './service-command.ts';

const load = createRequire(import.meta.url);

export const logs: CliCommand = {
  name: 'logs',
  summary: 'print what functions have logged',
  text: `Reads the lines from LTS, where a line can be found after up to two minutes. With --tail it goes on until Ctrl-C.`,
  examples: [['logs -f on-object-created --since 1h --search OmsSync.NoRoute --stage prod', 'the last hour']],
  flags: {
    function: { type: 'string', value: 'KEY', short: 'f', help: 'this function only' },
    since: { type: 'string', value: 'AGE', help: 'how far back: 90s, 30m, 12h, 7d (10m)' },
    search: { type: 'string', value: 'TEXT', help: 'only lines that hold this text' },
    limit: { type: 'string', value: 'N', help: 'lines at the most (1000)' },
    tail: { type: 'boolean', short: 't', help: 'wait for more' },
    ...STAGE_FLAGS,
  },
  load: () => {
    const module = load('./logs/run.ts') as typeof import('./logs/run.ts');
    return serviceCommand(module.logs, { writes: false });
  },
};
