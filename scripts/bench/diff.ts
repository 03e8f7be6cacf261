import { nextMessage, startProgram, stopProgram } from './child.ts';
import { type Bench, compared } from './measurement.ts';
import type { DiffRound } from './programs/diff-load.ts';
import { interleavedRounds } from './rounds.ts';
import { median, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

const MILLION = 1_000_000;
const SIZES = { small: MILLION, large: 10 * MILLION };
const QUICK_SIZES = { small: MILLION / 10, large: MILLION / 2 };
const PEAK_MB = 150;
/** How much more memory ten times the objects may take: garbage lies until there are tens of megabytes of it. */
const FLAT = 1.5;

/**
 * The diff of two synthetic listings, made as they are read, each variant in a fresh process. One object is a key of
 * the source, to which the destination has one as well but for a few in a hundred: twice as many are listed. Speed is
 * by the CPU time of all threads, which is what one core would take, and making the listings is part of it.
 */
export const diffOfListings: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const program = await workspace.bundle('diff-load');
    const { small, large } = quick ? QUICK_SIZES : SIZES;
    const round = async (what: 'diff' | 'listing', objects: number): Promise<DiffRound> => {
      const child = startProgram(program, [what, String(objects)]);
      try {
        return await nextMessage<DiffRound>(child);
      } finally {
        await stopProgram(child);
      }
    };
    const samples = await interleavedRounds(
      {
        small: () => round('diff', small),
        large: () => round('diff', large),
        listing: () => round('listing', large),
      },
      quick ? 1 : 3,
      progress,
    );
    for (const [index, { listed, found }] of samples.large.entries())
      if (found === 0 || listed !== samples.listing[index]?.listed) throw new Error('the diff has not seen everything');

    const size = `${large / MILLION} million objects`;
    const seconds = (rounds: readonly DiffRound[]): number[] => rounds.map(({ cpuMs }) => cpuMs / 1000);
    const speeds = seconds(samples.large).map((each) => large / each);
    const smallSpeeds = seconds(samples.small).map((each) => small / each);
    const peaks = samples.large.map(({ peakMb }) => peakMb);
    const smallPeaks = samples.small.map(({ peakMb }) => peakMb);
    const perSecond = (values: readonly number[]): string => `${median(values).toFixed(0)}/s`;
    const mb = (values: readonly number[]): string => `${median(values).toFixed(0)} MB`;
    const inSeconds = (values: readonly number[]): string => `${median(values).toFixed(2)} s`;
    const cpu = [seconds(samples.large), seconds(samples.listing)] as const;
    const wanted = speeds.map(() => MILLION);
    const limit = peaks.map(() => PEAK_MB);
    const than = `that of ${small / MILLION} million`;
    return [
      compared(`objects a second on one core, ${size}`, perSecond, [speeds, wanted], {
        target: { atLeast: 1 },
        noise: spread(speeds),
      }),
      compared(`peak memory, ${size}`, mb, [peaks, limit], { target: { atMost: 1 } }),
      compared(`peak memory against ${than}`, mb, [peaks, smallPeaks], { target: { atMost: FLAT } }),
      compared(`speed against ${than}`, perSecond, [speeds, smallSpeeds], { target: { atLeast: 0.8 } }),
      compared(`CPU against making the listings alone, ${size}`, inSeconds, cpu, { noise: spread(cpu[1]) }),
      {
        measure: `time, ${size}`,
        value: inSeconds(samples.large.map(({ ms }) => ms / 1000)),
        baseline: inSeconds(samples.listing.map(({ ms }) => ms / 1000)),
      },
    ];
  });
