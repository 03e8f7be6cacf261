import { describeService } from '../../deploy/describe.ts';
import { startProgress } from '../../deploy/progress/progress.ts';
import { count, duration } from '../../deploy/progress/words.ts';
import { removeService } from '../../deploy/remove.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { report, say } from '../invoke/result.ts';
import { type Command, isSet, targetOf, textOption } from '../service-context.ts';

export const remove: Command = async (context) => {
  const { service, stage } = context.config;
  const target = await targetOf(context);
  // A function that serverless.yml no longer has can be named, too: what is there decides.
  const only = textOption(context, 'function');
  const { functions } = await describeService({ service, stage, target });
  const keys = functions.map(({ key }) => key).filter((key) => only === undefined || key === only);
  if (only !== undefined && keys.length === 0) throw new UsageError(`no function ${only} is deployed`);
  if (isSet(context, 'dry-run') || keys.length === 0) {
    if (isSet(context, 'json')) report(context, { remove: keys });
    else if (keys.length === 0) say(context, 'nothing is deployed');
    else say(context, `would delete ${count(keys.length, 'function')} and their triggers: ${keys.join(', ')}`);
    return 0;
  }
  await confirm(context, `delete ${count(keys.length, 'function')} of stage ${stage}`);
  const progress = startProgress({ keys, output: context.notes, now: () => performance.now() });
  const result = await removeService({
    service,
    stage,
    target,
    signal: context.signal,
    onEvent: (event) => progress.show(event),
    ...(only === undefined ? {} : { only: [only] }),
  }).finally(() => progress.stop());
  const removed = result.functions.filter(({ outcome }) => outcome === 'done').map(({ key }) => key);
  if (isSet(context, 'json')) report(context, { removed, ok: result.ok });
  else say(context, `${count(removed.length, 'function')} deleted, ${duration(result.ms)}`);
  return result.ok ? 0 : 1;
};
