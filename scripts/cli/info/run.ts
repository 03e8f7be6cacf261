import { describeService } from '../../deploy/describe.ts';
import { count } from '../../deploy/progress/words.ts';
import type { DescribedFunction, ServiceDescription } from '../../deploy/types.ts';
import type { ServerlessConfig } from '../../serverless/config.ts';
import { functionOf, serviceCommand } from '../service-command.ts';

/** The deployed functions, and how they differ from serverless.yml. */
export interface Health extends ServiceDescription {
  /** A sentence each, by the key of the function. */
  readonly problems: Readonly<Record<string, readonly string[]>>;
}

export const run = serviceCommand({ writes: false }, async (context) => {
  const { config, json } = context;
  const only = functionOf(context);
  const { service, stage } = config;
  const described = await describeService({ service, stage, target: await context.target() });
  const functions = described.functions.filter(({ key }) => only === undefined || key === only);
  const problems = problemsOf(functions, config, only === undefined ? Object.keys(config.functions) : [only]);
  const shown: Health = { ...described, functions, problems };
  if (json) context.print({ ...shown, healthy: Object.keys(problems).length === 0, time_zone: 'UTC' });
  else context.say(infoText(shown, only !== undefined));
  return Object.keys(problems).length === 0 ? 0 : 1;
});

/** @param keys of the functions that should be there */
export function problemsOf(
  functions: readonly DescribedFunction[],
  { functions: declared }: Pick<ServerlessConfig, 'functions'>,
  keys: readonly string[],
): Health['problems'] {
  const there = new Map(functions.map((fn) => [fn.key, fn]));
  const problems = [...new Set([...keys, ...there.keys()])].map((key) => {
    const fn = there.get(key);
    if (!fn) return [key, ['not deployed']] as const;
    const { version, versions, triggers } = fn;
    const events = declared[key]?.events ?? [];
    const isMeant = events.some((event) => Object.values(event).some((one) => one.enabled === false));
    return [
      key,
      [
        ...(declared[key] ? [] : ['not in serverless.yml: deploy --prune deletes it']),
        ...(version === undefined ? ['no version serves: deploy again'] : []),
        ...(version !== undefined && !versions.some(({ name }) => name === version)
          ? [`version ${version}, which should serve, is gone: deploy again`]
          : []),
        ...(triggers.length < events.length
          ? [`${count(events.length - triggers.length, 'trigger')} missing: deploy again`]
          : []),
        ...triggers
          .filter(({ status }) => status !== 'ACTIVE' && !isMeant)
          .map(({ type, name, status }) => `trigger ${type} ${name} is ${status}`),
      ],
    ] as const;
  });
  return Object.fromEntries(problems.filter(([, found]) => found.length > 0));
}

/** @param detailed shows versions and names of variables, too */
export function infoText({ service, stage, region, functions, problems }: Health, detailed: boolean): string {
  const head = `${service}, stage ${stage}, ${region}`;
  if (functions.length === 0) return `${head}: nothing is deployed`;
  const width = Math.max(...functions.map(({ key }) => key.length));
  const wrong = Object.entries(problems);
  return [
    head,
    '',
    ...functions.flatMap((fn) => [
      `  ${fn.key.padEnd(width)}  ${fn.version === undefined ? 'no version serves' : `version ${fn.version}`}, ${fn.runtime}, ${fn.memorySize} MB, ${fn.timeout} s`,
      ...triggersOf(fn),
      ...(detailed ? details(fn) : []),
    ]),
    '',
    ...(wrong.length === 0
      ? ['Healthy: what serverless.yml declares is there and on. Times are UTC.']
      : ['Not as it should be:', ...wrong.flatMap(([key, found]) => found.map((one) => `  ${key}: ${one}`))]),
  ].join('\n');
}

function triggersOf({ triggers }: DescribedFunction): string[] {
  return triggers.map(({ type, name, status, url, schedule }) =>
    [
      `    ${type.padEnd(9)}`,
      `${name}${status === 'ACTIVE' ? '' : ` (${status})`}`,
      url,
      schedule && scheduleText(schedule),
    ]
      .filter(Boolean)
      .join('  '),
  );
}

function scheduleText(schedule: string): string {
  return /^\d+[mhd]$/.test(schedule) ? `every ${schedule}` : schedule;
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
