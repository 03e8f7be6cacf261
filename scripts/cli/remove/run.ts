import { describeService } from '../../deploy/describe.ts';
import { startProgress } from '../../deploy/progress/progress.ts';
import { count, duration } from '../../deploy/progress/words.ts';
import { removeService } from '../../deploy/remove.ts';
import { isSet, textOf } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { serviceCommand } from '../service-command.ts';

export const run = serviceCommand({ writes: true }, async (context) => {
  const { service, stage } = context.config;
  const target = await context.target();
  // A function that serverless.yml no longer has can be named, too: what is there decides.
  const only = textOf(context, 'function');
  const { functions } = await describeService({ service, stage, target });
  const keys = functions.map(({ key }) => key).filter((key) => only === undefined || key === only);
  if (only !== undefined && keys.length === 0) throw new UsageError(`No function ${only} is deployed.`);
  if (isSet(context, 'dry-run') || keys.length === 0) {
    if (context.json) context.print({ remove: keys });
    else if (keys.length === 0) context.say('nothing is deployed');
    else context.say(`would delete ${count(keys.length, 'function')} and their triggers: ${keys.join(', ')}`);
    return 0;
  }
  await confirm(context, `Delete ${count(keys.length, 'function')} of stage ${stage}`);
  const progress = startProgress({ keys, output: process.stderr, now: () => performance.now() });
  const result = await removeService({
    service,
    stage,
    target,
    signal: context.signal,
    onEvent: (event) => progress.show(event),
    only: only === undefined ? undefined : [only],
  }).finally(() => progress.stop());
  const removed = result.functions.filter(({ outcome }) => outcome === 'done').map(({ key }) => key);
  if (context.json) context.print({ removed, ok: result.ok });
  else context.say(`${count(removed.length, 'function')} deleted, ${duration(result.ms)}`);
  return result.ok ? 0 : 1;
});
