import { invokeFunction } from '../../deploy/invoke.ts';
import { isSet, textOf } from '../command.ts';
import { requiredFunctionOf, serviceCommand } from '../service-command.ts';
import { readEvent } from './event.ts';
import { sayResult } from './result.ts';

export const run = serviceCommand({ writes: true }, async (context) => {
  const { service, stage } = context.config;
  const key = requiredFunctionOf(context);
  const event = await readEvent(context);
  const result = await invokeFunction({
    service,
    stage,
    key,
    event,
    target: await context.target(),
    async: isSet(context, 'async'),
    qualifier: textOf(context, 'qualifier'),
  });
  if (context.json) context.print(result);
  else {
    if (isSet(context, 'log') && result.log) context.note(result.log.trimEnd());
    if (isSet(context, 'async')) context.say(`accepted as request ${result.requestId}`);
    else sayResult(context, result.result);
  }
  return result.failed ? 1 : 0;
});
