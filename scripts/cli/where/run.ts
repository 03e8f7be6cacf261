import { concealWithin } from '#shared/logging/redact.ts';
import { locate } from '#shared/observability/where/locate.ts';
import { isSet } from '../command.ts';
import { readObject } from '../object-word.ts';
import { observe } from '../observed.ts';
import { serviceCommand } from '../service-command.ts';
import { linesPort, queuePort } from './platform.ts';
import { textOf } from './text.ts';

/** Milliseconds for each of the two rounds of questions. */
const PATIENCE = 10_000;
const EXIT_CODES: Readonly<Record<string, number>> = { arrived: 0, unknown: 2 };

/** `oms-sync where`. */
export const run = serviceCommand({ writes: false }, async (context) => {
  const object = readObject(context.words[0] ?? '', isSet(context, 'encoded'));
  const { config: service, signal } = context;
  const { target, questions, redact } = await observe(context, PATIENCE);
  const platform = { service, target, signal };
  const report = await locate({
    ...object,
    ...questions,
    queue: queuePort(platform),
    lines: linesPort({ ...platform, object }),
  });
  if (context.json) context.print(concealWithin(report, redact));
  else context.say(textOf(report, service.stage).split('\n').map(redact).join('\n'));
  return EXIT_CODES[report.verdict] ?? 1;
});
