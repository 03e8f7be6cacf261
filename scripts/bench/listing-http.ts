import type { ChildProcess } from 'node:child_process';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import type { Bench, Measurement } from './measurement.ts';
import type { ListingRound } from './programs/listing-load.ts';
import { interleavedRounds } from './rounds.ts';
import { median, type PairedRatio, pairedRatio, pick, quieterHalf, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** Objects a second that one core is to list of two buckets each, at the same time. */
const SIDE_PER_SECOND = 100_000;

const WORKERS_TARGET = { atLeast: 3 };

/**
 * Listing over HTTP: this project's client and lister (signed, parsed, order and range checked) against fetching the
 * same prepared pages and not reading them. Two buckets at the same time in one process, as the reconciler does; the
 * server is a process of its own.
 */
export const listingHttp: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const objects = quick ? 5_000 : 200_000;
    const [serverFile, clientFile, bareFile] = await Promise.all(
      ['listing-server', 'listing-client', 'listing-bare'].map((name) => workspace.bundle(name)),
    );
    const started: ChildProcess[] = [];
    const start = (file: string | undefined, argument: string): ChildProcess => {
      const child = startProgram(file ?? '', [argument]);
      started.push(child);
      return child;
    };
    try {
      const port = await nextMessage<number>(start(serverFile, String(objects)));
      const [client, bare] = [clientFile, bareFile].map((file) => start(file, `http://127.0.0.1:${port}`));
      const round = async (child: ChildProcess | undefined, what: string): Promise<ListingRound> => {
        child?.send(what);
        const result = await nextMessage<ListingRound>(child as ChildProcess);
        if (result.objects !== objects) throw new Error(`${what}: ${result.objects} of ${objects} objects were listed`);
        return result;
      };
      const samples = await interleavedRounds(
        {
          listed: () => round(client, 'both'),
          compared: () => round(client, 'compare'),
          fetched: () => round(bare, 'both'),
        },
        quick ? 3 : 12,
        progress,
      );
      const far = await interleavedRounds(
        { workers: () => round(client, 'workers'), one: () => round(client, 'far') },
        quick ? 1 : 3,
        progress,
      );
      return [
        endToEnd(samples.compared, samples.fetched),
        ...sides(samples.listed, samples.fetched),
        workers(far.workers, far.one),
      ];
    } finally {
      await Promise.all(started.map(stopProgram));
    }
  });

const perSecond = ({ objects, ms }: ListingRound): number => (objects / ms) * 1000;
const perCpuSecond = ({ objects, cpuUs }: ListingRound): number => (objects / cpuUs) * 1_000_000;
const rate = (values: readonly number[]): string => `${Math.round(median(values) / 1000)} k/s`;

function endToEnd(compared: readonly ListingRound[], fetched: readonly ListingRound[]): Measurement {
  const quiet = quieterHalf([compared, fetched].map((rounds) => rounds.map(({ ms }) => ms)));
  const rates = pick(compared, quiet).map(perCpuSecond);
  const wanted = rates.map(() => SIDE_PER_SECOND);
  return {
    measure: 'compared, objects a side and second of CPU',
    value: rate(rates),
    baseline: rate(wanted),
    ...pairedRatio(rates, wanted),
    target: { atLeast: 1 },
    noise: spread(fetched.map(perCpuSecond)),
  };
}

function sides(listed: readonly ListingRound[], fetched: readonly ListingRound[]): Measurement[] {
  const quiet = quieterHalf([listed, fetched].map((rounds) => rounds.map(({ ms }) => ms)));
  const [ours, floor] = [pick(listed, quiet), pick(fetched, quiet)];
  const [ourCpu, floorCpu] = [ours.map(perCpuSecond), floor.map(perCpuSecond)];
  const [ourRate, floorRate] = [ours.map(perSecond), floor.map(perSecond)];
  const share: PairedRatio = pairedRatio(
    ourCpu,
    ourCpu.map(() => SIDE_PER_SECOND),
  );
  return [
    {
      measure: 'objects a side and second of CPU',
      value: rate(ourCpu),
      baseline: `${SIDE_PER_SECOND / 1000} k/s`,
      ...share,
      target: { atLeast: 1 },
      noise: spread(fetched.map(perCpuSecond)),
    },
    {
      measure: 'the same, against pages fetched and not read',
      value: rate(ourCpu),
      baseline: rate(floorCpu),
      ...pairedRatio(ourCpu, floorCpu),
      noise: spread(fetched.map(perCpuSecond)),
    },
    {
      measure: 'objects a side and second of time',
      value: rate(ourRate),
      baseline: rate(floorRate),
      ...pairedRatio(ourRate, floorRate),
      noise: spread(fetched.map(perSecond)),
    },
  ];
}

function workers(eight: readonly ListingRound[], one: readonly ListingRound[]): Measurement {
  const [ours, floor] = [eight.map(perSecond), one.map(perSecond)];
  return {
    measure: '8 workers in one flat bucket, 20 ms a page',
    value: rate(ours),
    baseline: `${rate(floor)} by one`,
    ...pairedRatio(ours, floor),
    target: WORKERS_TARGET,
    noise: spread(floor),
  };
}
