import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadLetterName } from '#shared/deadletters/name.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { eventLetter, failedInvocation, keysLetter, record } from '../../helpers/redrive-documents.ts';
import { NOW, PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';
import { Steps } from '../../helpers/steps.ts';
import { runs } from '../../helpers/thorough.ts';

/** A document that the world begins with. Every object has a marker in its name, so that it is found anywhere. */
interface Seed {
  readonly what: 'keys' | 'invocation' | 'records' | 'odd' | 'unreadable';
  readonly objects: number;
  readonly prefix: 'a' | 'b';
  readonly attempts: number;
  readonly dated: boolean;
  readonly parked: boolean;
}

/** Reactions of OMS to a call: the last one has accepted the keys, and its answer is lost. */
const REACTIONS = ['accept', 'refuse', 'fail', 'stopped', 'lost'] as const;
type CallReaction = (typeof REACTIONS)[number];

interface Plan {
  readonly seeds: readonly Seed[];
  readonly reactions: readonly CallReaction[];
  /** Choices of the next waiting call, for as long as the list goes. */
  readonly schedule: readonly number[];
  /** Per run: before or after which of its calls it is killed. */
  readonly kills: readonly ({ readonly step: number; readonly after: boolean } | undefined)[];
  /** Steps before which an existing document is written again, as the platform's retry does. */
  readonly rewrites: readonly { readonly step: number; readonly document: number }[];
}

const ROUTES = [
  { source: { bucket: 'source' }, sync_task_id: 'task-1' },
  { source: { bucket: 'source', prefix: 'b/' }, sync_task_id: 'task-2' },
];

interface World {
  readonly world: RedriveWorld;
  readonly documents: readonly { readonly name: string; readonly text: string }[];
  /** Markers of everything that a document names. */
  readonly markers: readonly string[];
  /** `task/key` of everything that has to be accepted in the end. */
  readonly wanted: readonly string[];
}

function makeWorld(seeds: readonly Seed[]): World {
  const world = new RedriveWorld({ pageSize: 3 });
  world.routes = ROUTES;
  const documents: { name: string; text: string }[] = [];
  const markers: string[] = [];
  const wanted: string[] = [];
  for (const [at, seed] of seeds.entries()) {
    const names = Array.from({ length: seed.objects }, (_, index) => `${seed.prefix}/<${at}.${index}>`);
    const event = {
      Records: names.map((name, index) => {
        const written = record(name, 'source', `2026-10-01T11:00:${10 + ((at * 7 + index * 3) % 40)}.000Z`);
        return seed.dated ? written : { ...written, eventTime: undefined };
      }),
    };
    const options = { attempts: seed.attempts, requestId: `request-${at}`, lastFailed: NOW - 1000 };
    const folder = seed.parked ? PREFIXES.parked : PREFIXES.deadLetters;
    const add = (name: string, value: unknown) =>
      documents.push({ name, text: typeof value === 'string' ? value : JSON.stringify(value) });
    const tasks = seed.prefix === 'b' ? ['task-1', 'task-2'] : ['task-1'];
    markers.push(...names.map((name) => name.slice(2)));
    if (seed.what === 'keys') {
      const letter = keysLetter(event, options);
      add(`${folder}${deadLetterName(letter)}`, letter);
      wanted.push(...names.map((name) => `task-1/${name}`));
    } else if (seed.what === 'invocation') {
      add(`${PREFIXES.failedInvocations}on-object-created/${at}.json`, failedInvocation(event, `request-${at}`));
      wanted.push(...names.flatMap((name) => tasks.map((task) => `${task}/${name}`)));
    } else if (seed.what === 'records') {
      const broken = event.Records.map((each, index) => ({
        ...each,
        s3: { bucket: { name: 'source' }, object: { key: `${names[index]}%` } },
      }));
      const letter = eventLetter({ Records: broken }, options);
      add(`${folder}${deadLetterName(letter)}`, letter);
    } else if (seed.what === 'odd') {
      add(
        `${PREFIXES.failedInvocations}on-object-created/${at}.json`,
        failedInvocation({ odd: names }, `request-${at}`),
      );
    } else add(`${folder}2026-10-01/${at}.json`, `{"half": "${names.join()}`);
  }
  for (const { name, text } of documents) world.store.seed(STATE_BUCKET, name, text);
  return { world, documents, markers, wanted };
}

/** Markers that no document names any more and that OMS has not accepted. */
function lost({ world, markers }: World): string[] {
  const texts = world.documents().map((name) => world.store.text(STATE_BUCKET, name) ?? '');
  return markers.filter(
    (marker) =>
      !texts.some((text) => text.includes(marker) || text.includes(encodeURIComponent(marker))) &&
      !world.accepted.some((key) => key.endsWith(marker)),
  );
}

/** Plays the plan with so many runs at once. Fails as soon as a document is lost. */
async function play(plan: Plan, runs: number): Promise<{ made: World; steps: Steps }> {
  const made = makeWorld(plan.seeds);
  const { world, documents } = made;
  const steps = new Steps(plan.schedule);
  let calls = 0;
  const finished = Array.from({ length: runs }, (_, run) => {
    const process = steps.process(plan.kills[run]);
    // Every run sees the store and OMS through its own process, which may be killed around every call.
    const store = Object.create(world.store) as typeof world.store;
    for (const method of ['getObject', 'putObject', 'deleteObject', 'listObjects'] as const)
      Reflect.set(store, method, (request: never) => process.call<unknown>(() => world.store[method](request)));
    const own = Object.create(world, { store: { value: store } }) as RedriveWorld;
    const send = (call: { readonly syncTaskId: string; readonly objectKeys: readonly string[] }) =>
      process.call(async () => {
        const reaction = plan.reactions[calls++ % Math.max(1, plan.reactions.length)] ?? 'accept';
        if (reaction === 'refuse') throw omsError(400, 'OMS.0064');
        if (reaction === 'fail') throw omsError(503);
        if (reaction === 'stopped') throw omsError(400, 'OMS.0066');
        for (const key of call.objectKeys) world.accepted.push(`${call.syncTaskId}/${decodeURIComponent(key)}`);
        if (reaction === 'lost') throw omsError(502);
        return { attempts: 1 };
      });
    return RedriveWorld.prototype.redrive
      .call(own, { send, filter: { parked: true }, maxAttempts: 3, maxKeysPerCall: 2, deadLetters: own.deadLetters })
      .finally(() => process.end());
  });
  for (const each of finished) each.catch(() => {});
  await steps.run((step) => {
    expect(lost(made)).toEqual([]);
    for (const rewrite of plan.rewrites) {
      const document = rewrite.step === step ? documents[rewrite.document % documents.length] : undefined;
      if (document) world.store.seed(STATE_BUCKET, document.name, document.text);
    }
  });
  expect(lost(made)).toEqual([]);
  return { made, steps };
}

/** A run that nothing disturbs: whatever is named is accepted, and only what names no object is left. */
async function recover({ world, wanted }: World): Promise<void> {
  world.clock.time += 1000;
  await world.redrive({ filter: { parked: true } });
  expect(wanted.filter((pair) => !world.accepted.includes(pair))).toEqual([]);
  for (const name of world.documents()) {
    const letter = name.endsWith('.json') && world.store.text(STATE_BUCKET, name)?.startsWith('{"version"');
    if (letter) expect(world.read(name)['kind']).not.toBe('keys');
  }
}

const seeds = fc.array(
  fc.record<Seed>({
    what: fc.constantFrom('keys', 'keys', 'invocation', 'invocation', 'records', 'odd', 'unreadable'),
    objects: fc.integer({ min: 1, max: 4 }),
    prefix: fc.constantFrom('a', 'b'),
    attempts: fc.integer({ min: 1, max: 3 }),
    dated: fc.boolean(),
    parked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);
const kill = fc.option(fc.record({ step: fc.integer({ min: 1, max: 60 }), after: fc.boolean() }), { nil: undefined });
const plans = fc.record<Plan>({
  seeds,
  reactions: fc.array(fc.constantFrom(...REACTIONS), { maxLength: 12 }),
  schedule: fc.array(fc.nat(50), { maxLength: 120 }),
  kills: fc.tuple(kill, kill),
  rewrites: fc.array(fc.record({ step: fc.integer({ min: 1, max: 80 }), document: fc.nat(4) }), { maxLength: 2 }),
});

describe('redrive', () => {
  it('loses nothing, whatever OMS answers, with two runs at once that are killed anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { made } = await play(plan, 2);
        await recover(made);
      }),
      { seed: 4, numRuns: runs(400) },
    );
  });

  it('loses nothing when it is killed before or after any of its calls', async () => {
    const every: Plan = {
      seeds: [
        { what: 'keys', objects: 3, prefix: 'a', attempts: 1, dated: true, parked: false },
        { what: 'keys', objects: 2, prefix: 'b', attempts: 2, dated: false, parked: false },
        { what: 'invocation', objects: 4, prefix: 'b', attempts: 1, dated: true, parked: false },
        { what: 'keys', objects: 2, prefix: 'a', attempts: 3, dated: true, parked: true },
        { what: 'unreadable', objects: 1, prefix: 'a', attempts: 1, dated: true, parked: false },
        { what: 'odd', objects: 1, prefix: 'a', attempts: 1, dated: true, parked: false },
      ],
      reactions: ['accept', 'refuse', 'accept', 'refuse', 'fail', 'lost'],
      schedule: [],
      kills: [],
      rewrites: [],
    };
    let killed = 0;
    for (let step = 1; ; step += 1) {
      const results = [];
      for (const after of [false, true]) results.push(await play({ ...every, kills: [{ step, after }] }, 1));
      for (const { made } of results) await recover(made);
      if (results.every(({ steps }) => steps.killed === 0)) break;
      killed += 2;
    }
    expect(killed).toBeGreaterThan(50);
  });

  it('submits nothing under another name than the one that was uploaded, and to no other task', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { made } = await play(plan, 2);
        expect(made.world.accepted.filter((pair) => !made.wanted.includes(pair))).toEqual([]);
      }),
      { seed: 5, numRuns: runs(100) },
    );
  });
});
