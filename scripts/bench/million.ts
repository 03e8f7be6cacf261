import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import { type MeasuredProcess, runMeasured } from './measured-process.ts';
import type { Bench, Measurement } from './measurement.ts';
import type { Copied, ReplicatedStore } from './programs/replicated-store.ts';
import { reconcileCommand } from './reconcile-command.ts';
import { withWorkspace } from './workspace.ts';

const MISSING_OF = 100;
/** Calls per second that the local OMS takes. */
const RATE = 500;

interface Report {
  readonly converged: boolean;
  readonly source: { readonly objects: number };
  readonly submitted: number;
  readonly accepted: number;
  readonly calls: { readonly list: number; readonly events: number };
}

/**
 * A million objects of which one of a hundred is missing: the command finds and submits them, the local OMS copies
 * them, and the command again proves that all have arrived. The object store and OMS are one process, the command
 * another. It takes minutes, so that it runs when it is asked for only.
 */
export const million: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const objects = quick ? 10_000 : 1_000_000;
    const missing = objects / MISSING_OF;
    const command = await reconcileCommand(workspace);
    const child = startProgram(await workspace.bundle('replicated-store'), [
      workspace.folder,
      String(objects),
      String(MISSING_OF),
    ]);
    try {
      const store = await nextMessage<ReplicatedStore>(child);
      progress(`filled in ${seconds(store.fillMs)}`);
      const endpoints = join(workspace.folder, 'endpoints.json');
      await writeFile(endpoints, JSON.stringify(endpointsOf(store)));
      const args = [...command, `--endpoints=${endpoints}`, `--task=${store.taskId}`, '--grace=0', `--rate=${RATE}`];
      const pass = async (): Promise<MeasuredProcess & { readonly report: Report }> => {
        const run = await runMeasured(process.execPath, [...args, '--json'], {});
        if (run.exitCode !== 0 && run.exitCode !== 1) throw new Error(`the command failed: ${run.stderr}`);
        return { ...run, report: JSON.parse(run.stdout) as Report };
      };

      const first = await pass();
      progress(`first pass in ${seconds(first.ms)}`);
      if (first.report.accepted !== missing) throw new Error(`OMS accepted ${first.report.accepted} of ${missing}`);
      const copying = performance.now();
      child.send('idle');
      const { copied, failed } = await nextMessage<Copied>(child);
      const copyMs = performance.now() - copying;
      if (copied !== missing || failed !== 0) throw new Error(`OMS copied ${copied} of ${missing}, failed ${failed}`);
      const second = await pass();

      const row = (measure: string, value: string): Measurement => ({ measure, value });
      return [
        row('objects a side, of which missing', `${objects}, ${missing}`),
        row('fill both buckets (index and journal of the store)', seconds(store.fillMs)),
        row('first pass: time', seconds(first.ms)),
        row('first pass: LIST calls, event calls', `${first.report.calls.list}, ${first.report.calls.events}`),
        row('first pass: peak memory', `${first.peakMb.toFixed(0)} MB`),
        row('first pass: CPU', seconds(first.cpuMs)),
        row('OMS copies what is left then', seconds(copyMs)),
        row('second pass: time', seconds(second.ms)),
        row('second pass: LIST calls, event calls', `${second.report.calls.list}, ${second.report.calls.events}`),
        row('second pass: peak memory', `${second.peakMb.toFixed(0)} MB`),
        {
          measure: 'second pass: converged, nothing submitted',
          value: second.report.converged ? 'yes' : 'no',
          ratio: Number(second.report.converged && second.report.submitted === 0),
          target: { atLeast: 1 },
        },
      ];
    } finally {
      await stopProgram(child);
    }
  });

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The endpoints that `npm start` leaves, as far as the command needs them. */
function endpointsOf({ obs, oms, projectId, taskId }: ReplicatedStore): Record<string, string> {
  return {
    ...{ gateway: obs, functiongraph: obs, iam: obs, app_code: 'none' },
    obs,
    oms,
    region: 'cn-north-4',
    project_id: projectId,
    access_key: 'BENCH',
    secret_key: 'bench-secret',
    source_bucket: 'source',
    destination_bucket: 'destination',
    state_bucket: 'source',
    sync_task_id: taskId,
  };
}
