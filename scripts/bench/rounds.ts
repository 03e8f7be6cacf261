import { shuffled } from './statistics.ts';

/**
 * Runs every variant once per round, in a new order each round, so that neither the order nor a slow minute of the
 * machine favours one of them. The first round warms caches up and is not counted; equal indices are one round.
 */
export async function interleavedRounds<Name extends string, Sample>(
  variants: Readonly<Record<Name, () => Sample | Promise<Sample>>>,
  rounds: number,
  progress: (text: string) => void = () => {},
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(variants) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of shuffled(names)) {
      const sample = await variants[name]();
      if (round > 0) samples[name].push(sample);
    }
    progress(round === 0 ? 'warm' : `round ${round} of ${rounds}`);
  }
  return samples;
}
