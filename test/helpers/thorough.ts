import { it } from 'vitest';

/** `npm run test:slow` repeats in full what `npm test` takes a fixed sample of. */
export const THOROUGH = process.env['THOROUGH'] !== undefined;

/** A case of `npm run test:slow` in a file whose others are quick. */
export const itThorough = it.runIf(THOROUGH);

/** Runs of a property: all of them, or a tenth and at least 40. Seeds are fixed, so the sample is always the same. */
export const runs = (all: number): number => (THOROUGH ? all : Math.min(all, Math.max(40, Math.ceil(all / 10))));
