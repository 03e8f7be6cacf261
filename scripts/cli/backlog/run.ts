import { CappedLog } from '#shared/logging/capped-log.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { contentOf, discard, entryOf } from '#shared/redrive/backlog.ts';
import { type RedriveRun, sourcesOf } from '#shared/redrive/redrive.ts';
import { Tally } from '#shared/redrive/report.ts';
import { readWindows, type Taken } from '#shared/redrive/window.ts';
import { type Context, isSet, type Run, textOf } from '../command.ts';
import { CliError, UsageError } from '../errors.ts';
import { readCommandLine } from '../redrive/flags.ts';
import { connect, watched } from '../redrive/run.ts';
import { summaryOf } from '../redrive/table.ts';
import { findTarget } from '../redrive/target.ts';
import { placeOf, stageOf } from '../stage.ts';
import { readFilter } from './filter.ts';
import { detailsOf, lineOf } from './text.ts';

/** Documents that are shown to people. */
const SHOWN = 100;

interface Backlog {
  readonly context: Context;
  readonly run: RedriveRun;
  /** The end of the access key, by which a record says who discarded. */
  readonly by: string;
}

const ACTIONS: Readonly<Record<string, (backlog: Backlog) => Promise<number>>> = {
  list,
  show,
  retry,
  discard: discardAll,
};

/** `oms-sync backlog`. */
export const run: Run = async (context) => {
  const [action = '', name] = context.words;
  if (action === 'show' && name === undefined)
    throw new UsageError('Name the document to show.', 'oms-sync backlog list shows names.');
  const line = readCommandLine(context);
  const writes = action === 'retry' || action === 'discard';
  const stage = await stageOf(context, { writes });
  const target = await findTarget(stage);
  const { region = '', endpoint = '', projectId: project } = target.config;
  if (writes) context.note(placeOf(stage.name, { region, endpoint, project, ...target.credentials }));
  const work = connect(target, line);
  const filter = { ...work.filter, ...readFilter(context) };
  const by = `access key …${target.credentials.accessKey.slice(-4)}`;
  return (await ACTIONS[action]?.({ context, run: { ...work, filter }, by })) ?? 2;
};

/** The documents that the filter takes, in the order of their names. */
async function* documentsOf({ context, run }: Backlog, tally = new Tally()): AsyncGenerator<Taken> {
  const signal = context.interruptible();
  const lines = new CappedLog(run.log, run.linesPerCause);
  const windows = readWindows({
    ...run,
    sources: sourcesOf(run),
    // Whatever the clocks of this machine and the store say.
    started: Number.MAX_SAFE_INTEGER,
    isOwn: () => false,
    reasonToStop: () => (signal.aborted ? 'interrupted' : undefined),
    tally,
    lines,
  });
  for await (const { taken } of windows) yield* taken;
  lines.end();
  const { left } = tally.documents;
  if (left > 0) context.note(`${left} documents could not be read and are left out: --verbose says why`);
}

async function list(backlog: Backlog): Promise<number> {
  const { context, run } = backlog;
  const { filter, redact } = run;
  const most = context.json ? Number.POSITIVE_INFINITY : (filter.limit ?? SHOWN);
  let count = 0;
  for await (const taken of documentsOf(backlog)) {
    count += 1;
    if (count > most) {
      context.note(`and more: raise --limit, or narrow the list with a filter (see --help)`);
      break;
    }
    const entry = entryOf(taken);
    if (context.json) context.print(concealWithin(entry, redact), { line: true });
    else context.say(redact(lineOf(entry)));
  }
  if (count === 0) context.say('No document matches.');
  return count === 0 ? 0 : 1;
}

async function show(backlog: Backlog): Promise<number> {
  const { context, run } = backlog;
  for await (const taken of documentsOf(backlog)) {
    const entry = entryOf(taken);
    const content = contentOf(taken.document);
    if (context.json) context.print(concealWithin({ ...entry, content }, run.redact));
    else context.say(run.redact(detailsOf(entry, content)));
    return 0;
  }
  throw new CliError('not_found', 'There is no such document.', 'oms-sync backlog list shows what there is.');
}

async function retry({ context, run }: Backlog): Promise<number> {
  const { report, fault } = await watched(run, context);
  if (context.json) context.print(report);
  context.say(summaryOf(report));
  if (fault !== undefined) throw fault;
  return report.remains ? 1 : 0;
}

async function discardAll(backlog: Backlog): Promise<number> {
  const { context, run, by } = backlog;
  const reason = textOf(context, 'reason');
  if (!isSet(context, 'yes')) {
    let count = 0;
    for await (const _ of documentsOf(backlog)) count += 1;
    throw new UsageError(`Discard ${count} documents?`, 'Nothing was changed. Confirm it with --yes.');
  }
  const records: { name: string; record: string }[] = [];
  let replaced = 0;
  const { store, bucket, clock } = run;
  for await (const taken of documentsOf(backlog)) {
    const { name } = taken.document.found;
    const record = await discard(taken, { store, bucket, now: clock.now(), by, reason });
    if (record === undefined) replaced += 1;
    else records.push({ name, record });
  }
  if (context.json) context.print({ discarded: records, left: replaced });
  context.say(`Discarded ${records.length} documents; records of them are in ${bucket} below redrive/discarded/.`);
  if (replaced > 0) context.say(`${replaced} were replaced meanwhile and are left as they are.`);
  return replaced > 0 ? 1 : 0;
}
