import {
  PLACES,
  type Reason,
  type RouteStatus,
  type StatusReport,
  type TimerStatus,
  type Waiting,
} from '#shared/observability/status/report.ts';
import { printable } from '../quoted.ts';
import { formatInteger, formatTable } from '../table.ts';

const NAMES: Readonly<Record<(typeof PLACES)[number], string>> = {
  platform: 'invocations in FunctionGraph',
  failed_invocations: 'failed invocations',
  dead_letters: 'dead letters',
  parked: 'parked documents',
};

/** For people: every route, what waits, and why the status is not healthy, with what to do. */
export function summaryOf(report: StatusReport, stage: string): string {
  const { status, at, waiting, routes, reasons, last_redrive: redrive } = report;
  const now = Date.parse(at);
  const all = [...reasons, ...routes.flatMap((route) => route.reasons)];
  return [
    `Stage ${stage}: ${status}, ${moment(at)} UTC`,
    ...routes.flatMap((route) => routeLines(route, now)),
    '',
    ...formatTable([
      ['waiting', 'count', 'oldest'],
      ...PLACES.map((place) => [NAMES[place], countOf(waiting[place]), ageOf(waiting[place].oldest, now)]),
      ...routes.map(({ route, oms }) => [
        `copies in OMS, ${printable(route)}`,
        oms.count === null ? 'unknown' : formatInteger(oms.count),
        ageOf(oms.oldest, now),
      ]),
    ])
      .split('\n')
      .map((line) => `  ${line}`),
    ...PLACES.flatMap((place) => causeLines(NAMES[place], waiting[place])),
    '',
    `  redrive    ${redrive ? `ended ${ageOf(redrive.ended, now)} ago, ${redrive.remains ? 'something remains' : 'nothing remains'}` : 'no report'}${timer(report.redrive_timer)}`,
    ...reasonLines(all),
  ].join('\n');
}

function routeLines({ route, status, source, destination, task, last_pass: pass, ...rest }: RouteStatus, now: number) {
  const silent = [
    ...(source.state === 'unknown' ? ['the source does not answer'] : []),
    ...(destination.state === 'unknown' ? ['the destination does not answer'] : []),
  ];
  const place = `${source.bucket}/${source.prefix} to ${destination.bucket ?? 'unknown'}`;
  const loss = pass?.loss_rate === null || pass === null ? '' : `, loss rate ${(pass.loss_rate * 100).toFixed(2)} %`;
  return [
    '',
    `  ${printable(`${route}: ${status}, ${[place, ...silent].join(', ')}`)}`,
    `    sync task  ${printable(`${rest.sync_task_id}: ${task.detail}`)}`,
    `    last pass  ${
      pass
        ? `ended ${ageOf(pass.finished, now)} ago, ${pass.converged ? 'converged' : 'not converged'}, ${pass.differences} differences, ${pass.in_flight} in flight${loss}`
        : 'none'
    }${timer(rest.timer)}`,
  ];
}

function timer({ every_seconds: every, late }: TimerStatus): string {
  if (every === null) return ', no timer';
  return late ? `, its timer is LATE (every ${every / 60} min)` : '';
}

function countOf({ count, complete }: Waiting): string {
  if (count === null) return 'unknown';
  return complete ? formatInteger(count) : `${formatInteger(count)}+`;
}

function causeLines(name: string, { count, sampled, causes }: Waiting): string[] {
  if (causes.length === 0) return [];
  const whole = sampled === count ? '' : `, by ${sampled} of them`;
  return [
    '',
    `  Causes of ${name}${whole}:`,
    ...causes.flatMap(({ code, documents, remedy }) => [
      `    ${printable(code)}  ${documents}`,
      `      ${printable(remedy)}`,
    ]),
  ];
}

function reasonLines(reasons: readonly Reason[]): string[] {
  if (reasons.length === 0) return [];
  return [
    '',
    'Why:',
    ...reasons.flatMap(({ status, code, message, remedy }) => [
      `  ${status.padEnd(7)}  ${printable(message)} (${code})`,
      ...(remedy === '' ? [] : [`           ${printable(remedy)}`]),
    ]),
  ];
}

function moment(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

function ageOf(time: string | null, now: number): string {
  if (time === null) return '';
  const age = Math.max(0, now - Date.parse(time));
  const [size, unit] = UNITS.find(([each]) => age >= each) ?? [1_000, 's'];
  return `${Math.floor(age / size)} ${unit}`;
}
