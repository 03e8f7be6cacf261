import type { Ledger, Thing } from './ledger.ts';
import type { Scenario } from './scenario.ts';

/**
 * Looks at a run that is over, with every fault gone and redrive run until nothing moved: everything whose cause was
 * curable must have arrived, and the rest must lie where an engineer finds it.
 *
 * @param options.redrives whether there is a redrive; without it, what is in a document stays there
 */
export function judgeHealing(ledger: Ledger, scenario: Scenario, { redrives }: { readonly redrives: boolean }): void {
  for (const thing of ledger.things.values()) {
    if (thing.object) {
      if (thing.uploads.length === 0) continue;
      for (const wish of thing.wishes) judge(ledger, scenario, thing, wish, redrives);
    } else if (!isUndeliverable(thing) && thing.holders.size > 0) rests(ledger, thing, -1, redrives);
  }
}

/** The platform could not write it down. */
function isUndeliverable(thing: Thing): boolean {
  return [...thing.holders.keys()].some((holder) => holder.startsWith('undeliverable '));
}

function judge(ledger: Ledger, scenario: Scenario, thing: Thing, wish: number, redrives: boolean): void {
  const announced = thing.uploads.filter(({ marker }) => !thing.unannounced.has(marker));
  const last = announced.at(-1);
  if (last === undefined || !thing.object) return;
  const arrived = (thing.accepted.get(wish) ?? Number.NEGATIVE_INFINITY) >= last.time;
  const task = scenario.wishes[wish]?.tasks.at(-1) ?? '';
  const documents = ledger.documentsOf(thing, wish);
  if (scenario.refused.has(`${task}/${thing.object.key}`)) {
    if (!arrived && !isUndeliverable(thing)) rests(ledger, thing, wish, redrives);
    return;
  }
  const isParked = documents.some(
    ({ name, letter }) => name.startsWith('parked/') && (letter.attempts ?? 0) >= scenario.maxAttempts,
  );
  if (!redrives) {
    if (!arrived && documents.length === 0 && !isUndeliverable(thing))
      ledger.violate('not healed', `nobody has it for ${task}`, thing.id);
    return;
  }
  if (!arrived && !isUndeliverable(thing) && !isParked)
    ledger.violate(
      'not healed',
      `not accepted for ${task}; it is in ${documents.map(({ name }) => name).join(', ') || 'no document'}`,
      thing.id,
    );
  const [left] = documents.filter(({ name }) => !name.startsWith('parked/'));
  if (arrived && left) ledger.violate('left over', `${left.name} still names it`, thing.id);
}

/** Whether an object that cannot be cured is in a dead letter or parked, with a code that says why. */
function rests(ledger: Ledger, thing: Thing, wish: number, redrives: boolean): void {
  const documents = ledger.documentsOf(thing, wish);
  const found = documents.find(
    ({ name, letter }) => !name.startsWith('failed-invocations/') && letter.code !== undefined,
  );
  if (found || (!redrives && documents.length > 0)) return;
  ledger.violate('wrong place', `it is in ${documents.map(({ name }) => name).join(', ') || 'no document'}`, thing.id);
}
