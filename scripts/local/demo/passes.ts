import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { request } from '../request.ts';
import type { Endpoints } from '../stack.ts';

/** The fields of a reconciler's report (docs/reconcile-report.schema.json) that the demo shows. */
export interface PassReport {
  readonly pass: number;
  readonly complete: boolean;
  readonly converged: boolean;
  readonly differences: number;
  readonly duration_seconds: number;
  readonly source: { readonly objects: number };
  readonly destination: { readonly objects: number };
  readonly verdicts: Readonly<Record<string, { readonly objects: number }>>;
  readonly submitted: number;
  readonly accepted: number;
  readonly calls: { readonly list: number; readonly events: number };
  /** Seconds from a change at the source to its arrival. */
  readonly lag?: Readonly<Record<'count' | 'max', number> & Partial<Record<'p50' | 'p95' | 'p99', number>>>;
}

/** The prefix of the stack's own route in the function's state. */
const STATE = 'reconcile/local/';
const REPORT = `${STATE}latest.json`;
/** Milliseconds after which a pass is asked for again: one that has more to do than a run has time goes on then. */
const ASK_AGAIN = 20_000;

/**
 * One pass of the reconciler, the way a user asks for it: POST /reconcile, and then its report in the state bucket.
 * @throws Error where the gateway refuses, or nothing happens for `patience` milliseconds
 */
export async function runPass(
  client: S3Client,
  endpoints: Endpoints,
  after: number,
  patience: number,
): Promise<PassReport> {
  const { state_bucket: bucket } = endpoints;
  let [askAgain, giveUp] = [0, performance.now() + patience];
  let seen = '';
  while (performance.now() < giveUp) {
    if (performance.now() >= askAgain) {
      await ask(endpoints);
      askAgain = performance.now() + ASK_AGAIN;
    }
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: STATE }));
    const written = JSON.stringify(Contents.map(({ Key, ETag }) => [Key, ETag]));
    if (written !== seen) {
      seen = written;
      giveUp = performance.now() + patience;
      const report = Contents.some(({ Key }) => Key === REPORT) ? await readReport(client, bucket) : undefined;
      if (report && report.pass > after) return report;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The reconciler has left no report within ${patience / 1000} s; --verbose shows its log`);
}

async function ask({ gateway, app_code }: Endpoints): Promise<void> {
  const answer = await request('POST', `${gateway}/reconcile`, {
    headers: { 'x-apig-appcode': app_code, 'content-type': 'application/json' },
    // The pass compares objects that were just uploaded, too.
    body: JSON.stringify({ grace_period: '0s' }),
  });
  if (answer.status !== 202) throw new Error(`POST /reconcile was answered with ${answer.status}: ${answer.body}`);
}

async function readReport(client: S3Client, bucket: string): Promise<PassReport> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: REPORT }));
  return JSON.parse((await Body?.transformToString()) ?? '') as PassReport;
}

/** How long the changes took that each pass measured. */
export function lagLines(passes: readonly PassReport[]): string[] {
  return passes.flatMap(({ pass, lag }) => {
    if (!lag || lag.count === 0) return [];
    const { count, max, ...percentiles } = lag;
    const shown = (['p50', 'p95', 'p99'] as const).flatMap((name) =>
      percentiles[name] === undefined ? [] : [`${name} ${percentiles[name]} s`],
    );
    const objects = `${count.toLocaleString('en-US')} ${count === 1 ? 'object' : 'objects'}`;
    return [`  pass ${pass}: ${objects}, ${[...shown, `max ${max} s`].join(', ')}`];
  });
}

export function passesTable(passes: readonly PassReport[]): string {
  const count = (value: number): string => value.toLocaleString('en-US');
  const verdicts = new Set(
    passes.flatMap(({ verdicts }) => Object.keys(verdicts).filter((name) => (verdicts[name]?.objects ?? 0) > 0)),
  );
  for (const name of ['same', 'missing']) verdicts.add(name);
  const order = Object.keys(passes[0]?.verdicts ?? {});
  const shown = order.filter((name) => verdicts.has(name));
  const rows: readonly (readonly [string, (pass: PassReport) => string])[] = [
    ['', ({ pass }) => `pass ${pass}`],
    ['source', ({ source }) => count(source.objects)],
    ['destination', ({ destination }) => count(destination.objects)],
    ...shown.map((name) => {
      const cell = ({ verdicts }: PassReport): string => count(verdicts[name]?.objects ?? 0);
      return [name.replaceAll('_', ' '), cell] as const;
    }),
    ['submitted', ({ submitted }) => count(submitted)],
    ['LIST calls', ({ calls }) => count(calls.list)],
    ['event calls', ({ calls }) => count(calls.events)],
    [
      'time',
      ({ duration_seconds: seconds }) =>
        seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`,
    ],
    ['converged', ({ converged }) => (converged ? 'yes' : 'no')],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const column = Math.max(...rows.flatMap(([, cell]) => passes.map((pass) => cell(pass).length)));
  return rows
    .map(
      ([name, cell]) => `  ${name.padEnd(width)}${passes.map((pass) => `  ${cell(pass).padStart(column)}`).join('')}`,
    )
    .join('\n');
}
