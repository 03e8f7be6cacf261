import { describeService } from '../../deploy/describe.ts';
import type { DescribedFunction, ServiceDescription } from '../../deploy/types.ts';
import { report, say } from '../invoke/result.ts';
import { type Command, functionOption, isSet, targetOf } from '../service-context.ts';

export const info: Command = async (context) => {
  const { config } = context;
  const only = functionOption(context);
  const { service, stage } = config;
  const described = await describeService({ service, stage, target: await targetOf(context) });
  const functions = described.functions.filter(({ key }) => only === undefined || key === only);
  const shown: ServiceDescription = { ...described, functions };
  if (isSet(context, 'json')) report(context, shown);
  else say(context, infoText(shown, only !== undefined));
  return 0;
};

/** @param detailed shows versions and names of variables, too */
export function infoText({ service, stage, region, functions }: ServiceDescription, detailed: boolean): string {
  const head = `${service}, stage ${stage}, ${region}`;
  if (functions.length === 0) return `${head}: nothing is deployed`;
  const width = Math.max(...functions.map(({ key }) => key.length));
  return [
    head,
    '',
    ...functions.flatMap((fn) => [
      `  ${fn.key.padEnd(width)}  ${fn.version === undefined ? 'no version serves' : `version ${fn.version}`}, ${fn.runtime}, ${fn.memorySize} MB, ${fn.timeout} s`,
      ...triggersOf(fn),
      ...(detailed ? details(fn) : []),
    ]),
  ].join('\n');
}

function triggersOf({ triggers }: DescribedFunction): string[] {
  return triggers.map(
    ({ type, name, status, url }) =>
      `    ${type.padEnd(9)}  ${name}${status === 'ACTIVE' ? '' : ` (${status})`}${url ? `  ${url}` : ''}`,
  );
}

function details({ urn, description, versions, variables, version }: DescribedFunction): string[] {
  const rows = versions.map(
    ({ name, publishedAt }) =>
      `      ${name}${publishedAt ? `  ${publishedAt}` : ''}${name === version ? '  serves' : ''}`,
  );
  return [
    `    URN        ${urn}`,
    `    about      ${description}`,
    `    variables  ${variables.length > 0 ? variables.join(', ') : 'none'}`,
    '    versions',
    ...rows,
  ];
}
