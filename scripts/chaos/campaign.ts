import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Subject } from './machine/subject.ts';
import { compileSubject, type RunResult, simulate } from './simulate.ts';
import type { Violation } from './world/rules.ts';

/** Seeds that follow one another. */
export interface Chunk {
  readonly first: number;
  readonly runs: number;
}

/** Results of some seeds. */
export interface Tally {
  runs: number;
  /** Sums over all runs. */
  counts: Record<string, number>;
  /** The first broken promise of each failing seed. */
  failures: { readonly seed: number; readonly violation: Violation }[];
}

export interface CampaignOptions {
  readonly subject: Subject;
  readonly first: number;
  readonly runs: number;
  /** Processes; 0: all in this one. */
  readonly workers: number;
  /** Ends the campaign with the first failing chunk. */
  readonly failFast?: boolean;
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs of one message to a worker: long enough to be worth it, short enough to share work evenly. */
const CHUNK = 20;

function emptyTally(): Tally {
  return { runs: 0, counts: {}, failures: [] };
}

/** Adds a run to the sums. */
function count(tally: Tally, { seed, counts, violations }: RunResult): void {
  tally.runs += 1;
  for (const [name, value] of Object.entries(counts)) tally.counts[name] = (tally.counts[name] ?? 0) + value;
  const [violation] = violations;
  if (violation) tally.failures.push({ seed, violation });
}

function add(tally: Tally, other: Tally): void {
  tally.runs += other.runs;
  for (const [name, value] of Object.entries(other.counts)) tally.counts[name] = (tally.counts[name] ?? 0) + value;
  tally.failures.push(...other.failures);
}

/** Runs one seed after the other in this process. */
export async function runChunk(programs: ReturnType<typeof compileSubject>, { first, runs }: Chunk): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = first; seed < first + runs; seed += 1) count(tally, await simulate(seed, programs));
  return tally;
}

/** Runs many seeds, in several processes. The result does not depend on how they are shared. */
export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const { subject, first, runs, workers, failFast, onProgress, signal } = options;
  const total = emptyTally();
  let next = first;
  const take = (): Chunk | undefined => {
    const left = first + runs - next;
    if (left <= 0 || signal?.aborted || (failFast && total.failures.length > 0)) return undefined;
    const chunk = { first: next, runs: Math.min(CHUNK, left) };
    next += chunk.runs;
    return chunk;
  };
  const done = (tally: Tally): void => {
    add(total, tally);
    onProgress?.(total.runs);
  };
  if (workers === 0) {
    const programs = compileSubject(subject);
    for (let chunk = take(); chunk; chunk = take()) done(await runChunk(programs, chunk));
  } else {
    const crews = Array.from({ length: Math.min(workers, Math.ceil(runs / CHUNK)) }, async () => {
      const worker = await Worker.start(subject);
      try {
        for (let chunk = take(); chunk; chunk = take()) done(await worker.run(chunk));
      } finally {
        worker.stop();
      }
    });
    await Promise.all(crews);
  }
  total.failures.sort((a, b) => a.seed - b.seed);
  return total;
}

/** A process of its own that runs chunks. */
class Worker {
  readonly #child: ChildProcess;
  #waiting: { resolve: (tally: Tally) => void; reject: (error: Error) => void } | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: Tally) => {
      this.#waiting?.resolve(message);
      this.#waiting = undefined;
    });
    child.on('exit', (code, signal) => {
      this.#waiting?.reject(new Error(`a worker of the simulation ended with ${signal ?? code}`));
    });
    child.on('error', (error) => this.#waiting?.reject(error));
  }

  static async start(subject: Subject): Promise<Worker> {
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
      serialization: 'advanced',
      execArgv: [
        '--import',
        'tsx',
        // Megabytes for young objects, of which a run makes many and keeps none: a third less time.
        '--max-semi-space-size=64',
        // Each of the many machines loads its program anew and soon ends: code that is compiled at once pays, code that
        // is optimised by what it was seen to do does not. A seventh less time.
        '--always-sparkplug',
        '--no-opt',
      ],
    });
    const worker = new Worker(child);
    child.send({ subject });
    return worker;
  }

  run(chunk: Chunk): Promise<Tally> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send({ chunk });
    });
  }

  stop(): void {
    this.#waiting = undefined;
    this.#child.disconnect();
  }
}
