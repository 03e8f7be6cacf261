import { nextMessage, startProgram, stopProgram } from './child.ts';
import type { Bench, Measurement } from './measurement.ts';
import type { DiffRound } from './programs/diff-load.ts';
import { interleavedRounds } from './rounds.ts';
import { median, pairedRatio, spread } from './statistics.ts';
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
    const measurements: Measurement[] = [
      {
        measure: `objects a second on one core, ${size}`,
        value: `${median(speeds).toFixed(0)}/s`,
        baseline: `${MILLION}/s`,
        ...pairedRatio(
          speeds,
          speeds.map(() => MILLION),
        ),
        target: { atLeast: 1 },
        noise: spread(speeds),
      },
      {
        measure: `peak memory, ${size}`,
        value: `${median(peaks).toFixed(0)} MB`,
        baseline: `${PEAK_MB} MB`,
        ...pairedRatio(
          peaks,
          peaks.map(() => PEAK_MB),
        ),
        target: { atMost: 1 },
      },
      {
        measure: `peak memory against that of ${small / MILLION} million`,
        value: `${median(peaks).toFixed(0)} MB`,
        baseline: `${median(smallPeaks).toFixed(0)} MB`,
        ...pairedRatio(peaks, smallPeaks),
        target: { atMost: FLAT },
      },
      {
        measure: `speed against that of ${small / MILLION} million`,
        value: `${median(speeds).toFixed(0)}/s`,
        baseline: `${median(smallSpeeds).toFixed(0)}/s`,
        ...pairedRatio(speeds, smallSpeeds),
        target: { atLeast: 0.8 },
      },
      {
        measure: `CPU against making the listings alone, ${size}`,
        value: `${median(seconds(samples.large)).toFixed(2)} s`,
        baseline: `${median(seconds(samples.listing)).toFixed(2)} s`,
        ...pairedRatio(seconds(samples.large), seconds(samples.listing)),
        noise: spread(seconds(samples.listing)),
      },
      {
        measure: `time, ${size}`,
        value: `${(median(samples.large.map(({ ms }) => ms)) / 1000).toFixed(2)} s`,
        baseline: `${(median(samples.listing.map(({ ms }) => ms)) / 1000).toFixed(2)} s`,
      },
    ];
    return measurements;
  });
