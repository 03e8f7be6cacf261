import { type Fields, field, isFields, optionalTime } from '#shared/events/fields.ts';

/** An event with a choice of its records. */
export interface MinimalEvent {
  readonly event: unknown;
  /** Where each of the records was, and where it is. */
  readonly paths: ReadonlyMap<string, string>;
}

/** `Records[2]`, `[2]`, `events[2]`, each also with `.data[3]`; `data[3]` of a single CloudEvent. */
const PATH = /^(?:(Records|events|)\[(\d+)\](?:\.data\[(\d+)\])?|data\[(\d+)\])$/;

/**
 * The smallest event of the same shape that holds just these records, in their order: to read it gives the same changes
 * and rejections as to read the whole, and nothing else. Envelopes of CloudEvents are kept, for they tell time and id;
 * what stands beside a list is not.
 *
 * Where none of the records is of ours by its shape (`Records: [null, {"s3": ...}]` has one), the rest alone is no
 * notification any more, and reading it says so.
 *
 * @param paths as ObjectChange and RejectedRecord have them; with one that leads nowhere, the event stays whole
 */
export function minimalEvent(event: unknown, paths: readonly string[]): MinimalEvent {
  const found = paths.map((path) => PATH.exec(path));
  const [first] = found;
  const list = first?.[1];
  const isUniform = found.every((match) => match && match[1] === list);
  if (!first || !isUniform) return whole(event, paths);
  if (list === undefined) {
    const chosen = choose(
      field(event, 'data'),
      paths.map((path, at) => ({ path, index: Number(found[at]?.[4]) })),
    );
    return chosen && isFields(event)
      ? { event: withField(event, 'data', chosen.items), paths: renamed(chosen.places, 'data') }
      : whole(event, paths);
  }
  const entries = list === '' ? event : field(event, list);
  const chosen = chooseEntries(
    entries,
    paths.map((path, at) => ({ path, index: Number(found[at]?.[2]), item: found[at]?.[3] })),
  );
  if (!chosen) return whole(event, paths);
  return {
    event: list === '' ? chosen.items : { [list]: chosen.items },
    paths: renamed(chosen.places, list),
  };
}

/** The times of the records of an event; of CloudEvents those of the envelope, for an item's own is eight hours off. */
export function eventTimes(event: unknown): string[] {
  const records = field(event, 'Records');
  const events = Array.isArray(event) ? event : field(event, 'events');
  const times = Array.isArray(records)
    ? records.map((record) => optionalTime(record, 'eventTime'))
    : (Array.isArray(events) ? events : [event]).map((each) => optionalTime(each, 'time'));
  return times.filter((time) => time !== undefined);
}

interface Place {
  readonly path: string;
  /** In the list. */
  readonly index: number;
}

interface Chosen {
  readonly items: readonly unknown[];
  /** By the path in the whole event, what follows the name of the list. */
  readonly places: ReadonlyMap<string, string>;
}

function whole(event: unknown, paths: readonly string[]): MinimalEvent {
  return { event, paths: new Map(paths.map((path) => [path, path])) };
}

function renamed(places: ReadonlyMap<string, string>, list: string): Map<string, string> {
  return new Map([...places].map(([path, place]) => [path, `${list}${place}`]));
}

/** Items of a list, each once. */
function choose(list: unknown, wanted: readonly Place[]): Chosen | undefined {
  if (!Array.isArray(list) || wanted.some(({ index }) => index >= list.length)) return undefined;
  const indexes = [...new Set(wanted.map(({ index }) => index))].sort((a, b) => a - b);
  const positions = new Map(indexes.map((index, position) => [index, position]));
  return {
    items: indexes.map((index): unknown => list[index]),
    places: new Map(wanted.map(({ path, index }) => [path, `[${positions.get(index)}]`])),
  };
}

/** Entries of a list, each whole or, for a CloudEvent with a list of data, with some of its items. */
function chooseEntries(
  list: unknown,
  wanted: readonly (Place & { readonly item: string | undefined })[],
): Chosen | undefined {
  const chosen = choose(list, wanted);
  if (!chosen) return undefined;
  const places = new Map(chosen.places);
  const within = new Map<string, Place[]>();
  for (const { path, item } of wanted) {
    const place = chosen.places.get(path);
    if (item === undefined || place === undefined) continue;
    const items = within.get(place) ?? [];
    within.set(place, items);
    items.push({ path, index: Number(item) });
  }
  const items = [...chosen.items];
  for (const [place, wantedItems] of within) {
    const position = Number(place.slice(1, -1));
    const entry = items[position];
    const data = choose(field(entry, 'data'), wantedItems);
    if (!data || !isFields(entry)) return undefined;
    items[position] = withField(entry, 'data', data.items);
    for (const [path, at] of data.places) places.set(path, `${place}.data${at}`);
  }
  return { items, places };
}

/** A copy with one field replaced. A field named `__proto__` is one like others in JSON, and stays one. */
function withField(fields: Fields, name: string, value: unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([each, old]) => [each, each === name ? value : old]));
}
