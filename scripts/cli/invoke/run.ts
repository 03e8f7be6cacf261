import { invokeFunction } from '../../deploy/invoke.ts';
import { type Command, isSet, requiredFunction, targetOf, textOption } from '../service-context.ts';
import { readEvent } from './event.ts';
import { report, say, sayResult } from './result.ts';

export const invoke: Command = async (context) => {
  const { service, stage } = context.config;
  const key = requiredFunction(context);
  const event = await readEvent(context);
  const qualifier = textOption(context, 'qualifier');
  const result = await invokeFunction({
    service,
    stage,
    key,
    event,
    target: await targetOf(context),
    async: isSet(context, 'async'),
    ...(qualifier === undefined ? {} : { qualifier }),
  });
  if (isSet(context, 'json')) report(context, result);
  else {
    if (isSet(context, 'log') && result.log) context.notes.write(`${result.log.trimEnd()}\n`);
    if (isSet(context, 'async')) say(context, `accepted as request ${result.requestId}`);
    else sayResult(context, result.result);
  }
  return result.failed ? 1 : 0;
};
