import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on nothing but its arguments. */
export type Draw = (seed: number, rule: number, counter: string, occurrence: number) => number;

/** Draws without a state: the n-th occurrence of a rule has the same luck whatever other rules drew before it. */
export const seededDraw: Draw = (seed, rule, counter, occurrence) =>
  createHash('sha256').update(`${seed}\n${rule}\n${occurrence}\n${counter}`).digest().readUIntBE(0, 6) / 2 ** 48;
