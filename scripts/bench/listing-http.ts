import type { ChildProcess } from 'node:child_process';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import { type Bench, compared, type Measurement } from './measurement.ts';
import type { ListingRound } from './programs/listing-load.ts';
import { interleavedRounds } from './rounds.ts';
import { median, pick, quieterHalf, spread } from './statistics.ts';
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

/** Listed and compared, down to a verdict on every object. */
function endToEnd(ours: readonly ListingRound[], fetched: readonly ListingRound[]): Measurement {
  const quiet = quieterHalf([ours, fetched].map((rounds) => rounds.map(({ ms }) => ms)));
  const rates = pick(ours, quiet).map(perCpuSecond);
  const more = { target: { atLeast: 1 }, noise: spread(fetched.map(perCpuSecond)) };
  return compared('compared, objects a side and second of CPU', rate, [rates, rates.map(() => SIDE_PER_SECOND)], more);
}

function sides(listed: readonly ListingRound[], fetched: readonly ListingRound[]): Measurement[] {
  const quiet = quieterHalf([listed, fetched].map((rounds) => rounds.map(({ ms }) => ms)));
  const [ours, floor] = [pick(listed, quiet), pick(fetched, quiet)];
  const [ourCpu, floorCpu] = [ours.map(perCpuSecond), floor.map(perCpuSecond)];
  const noise = spread(fetched.map(perCpuSecond));
  return [
    compared('objects a side and second of CPU', rate, [ourCpu, ourCpu.map(() => SIDE_PER_SECOND)], {
      target: { atLeast: 1 },
      noise,
    }),
    compared('the same, against pages fetched and not read', rate, [ourCpu, floorCpu], { noise }),
    compared('objects a side and second of time', rate, [ours.map(perSecond), floor.map(perSecond)], {
      noise: spread(fetched.map(perSecond)),
    }),
  ];
}

function workers(eight: readonly ListingRound[], one: readonly ListingRound[]): Measurement {
  const floor = one.map(perSecond);
  return compared('8 workers, by one, in one flat bucket, 20 ms a page', rate, [eight.map(perSecond), floor], {
    target: WORKERS_TARGET,
    noise: spread(floor),
  });
}
