import { type Counters, monthOf, noCounters, type Outcome, slotOf } from './counters.ts';
import { StateJournal } from './journal.ts';
import type { Task } from './task.ts';

export interface PendingObject {
  readonly sequence: number;
  readonly taskId: string;
  /** Decoded. */
  readonly key: string;
  readonly acceptedAt: number;
  /** Accepted by an earlier process, which may have written the destination without recording it. */
  readonly resumed: boolean;
}

/** Everything that happens to the state. Replaying these in order gives the state. */
type Happening =
  | { readonly happened: 'task'; readonly task: Task }
  | { readonly happened: 'deleted'; readonly id: string }
  | {
      readonly happened: 'accepted';
      readonly sequence: number;
      readonly taskId: string;
      readonly keys: readonly string[];
      readonly at: number;
    }
  | {
      readonly happened: 'settled';
      readonly sequence: number;
      readonly outcome: Outcome;
      readonly size: number;
      readonly at: number;
    };

interface StoredTask {
  task: Task;
  readonly months: Map<string, Counters>;
  /** Counters by the start of each five minutes. */
  readonly slots: Map<number, Counters>;
}

interface Snapshot {
  readonly nextSequence: number;
  readonly tasks: readonly {
    readonly task: Task;
    readonly months: readonly (readonly [string, Counters])[];
    readonly slots: readonly (readonly [number, Counters])[];
  }[];
  readonly pending: readonly Omit<PendingObject, 'resumed'>[];
}

/** Bytes of journal after which a snapshot is taken. */
const COMPACT_AFTER = 32 * 1024 * 1024;

/** Tasks, their counters, and the objects that were accepted and not yet copied; durable in a folder. */
export class OmsStore {
  readonly #journal: StateJournal<Snapshot, Happening>;
  readonly #tasks = new Map<string, StoredTask>();
  readonly #pending = new Map<number, PendingObject>();
  #nextSequence = 1;

  constructor(dir: string) {
    this.#journal = new StateJournal(dir);
    const { snapshot, entries } = this.#journal.read();
    if (snapshot) this.#restore(snapshot);
    for (const entry of entries) this.#apply(entry, true);
    this.#journal.compact(this.#snapshot());
  }

  tasks(projectId: string): Task[] {
    return [...this.#tasks.values()].map(({ task }) => task).filter((task) => task.projectId === projectId);
  }

  task(projectId: string, id: string): Task | undefined {
    const task = this.#tasks.get(id)?.task;
    return task?.projectId === projectId ? task : undefined;
  }

  saveTask(task: Task): void {
    this.#commit({ happened: 'task', task });
  }

  /** Its counters and what was waiting to be copied go with it. */
  deleteTask(id: string): void {
    this.#commit({ happened: 'deleted', id });
  }

  /** When this returns, the keys survive the death of the process. */
  accept(taskId: string, keys: readonly string[], at: number): PendingObject[] {
    const sequence = this.#nextSequence;
    this.#commit({ happened: 'accepted', sequence, taskId, keys, at });
    return keys.flatMap((_, index) => this.#pending.get(sequence + index) ?? []);
  }

  /** Does nothing where the object's task was deleted meanwhile. */
  settle(object: PendingObject, outcome: Outcome, size: number, at: number): void {
    if (!this.#pending.has(object.sequence)) return;
    this.#commit({ happened: 'settled', sequence: object.sequence, outcome, size, at });
  }

  isPending(object: PendingObject): boolean {
    return this.#pending.has(object.sequence);
  }

  pending(): PendingObject[] {
    return [...this.#pending.values()];
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  month(taskId: string, time: number): Readonly<Counters> {
    return this.#tasks.get(taskId)?.months.get(monthOf(time)) ?? noCounters();
  }

  /** The five-minute slots with something in them, from the oldest, whose start lies in [from, to]. */
  slots(taskId: string, from: number, to: number): (readonly [number, Readonly<Counters>])[] {
    const slots = [...(this.#tasks.get(taskId)?.slots ?? [])];
    return slots.filter(([start]) => start >= slotOf(from) && start <= to).sort(([a], [b]) => a - b);
  }

  close(): void {
    this.#journal.compact(this.#snapshot());
    this.#journal.close();
  }

  #commit(happening: Happening): void {
    this.#journal.append(happening);
    this.#apply(happening, false);
    if (this.#journal.size > COMPACT_AFTER) this.#journal.compact(this.#snapshot());
  }

  #apply(happening: Happening, resumed: boolean): void {
    switch (happening.happened) {
      case 'task': {
        const stored = this.#tasks.get(happening.task.id);
        if (stored) stored.task = happening.task;
        else this.#tasks.set(happening.task.id, { task: happening.task, months: new Map(), slots: new Map() });
        return;
      }
      case 'deleted':
        this.#tasks.delete(happening.id);
        for (const [sequence, { taskId }] of this.#pending) if (taskId === happening.id) this.#pending.delete(sequence);
        return;
      case 'accepted': {
        const { sequence, taskId, keys, at } = happening;
        this.#nextSequence = sequence + keys.length;
        keys.forEach((key, index) => {
          this.#pending.set(sequence + index, { sequence: sequence + index, taskId, key, acceptedAt: at, resumed });
        });
        this.#count(taskId, at, at, (counters) => {
          counters.accepted += keys.length;
        });
        return;
      }
      case 'settled': {
        const { sequence, outcome, size, at } = happening;
        const object = this.#pending.get(sequence);
        if (!object) return;
        this.#pending.delete(sequence);
        this.#count(object.taskId, object.acceptedAt, at, (counters) => {
          counters[outcome] += 1;
          counters.size += size;
        });
      }
    }
  }

  #count(taskId: string, acceptedAt: number, at: number, change: (counters: Counters) => void): void {
    const stored = this.#tasks.get(taskId);
    if (!stored) return;
    change(countersOf(stored.months, monthOf(acceptedAt)));
    change(countersOf(stored.slots, slotOf(at)));
  }

  #snapshot(): Snapshot {
    return {
      nextSequence: this.#nextSequence,
      tasks: [...this.#tasks.values()].map(({ task, months, slots }) => ({
        task,
        months: [...months],
        slots: [...slots],
      })),
      pending: [...this.#pending.values()].map(({ resumed: _, ...object }) => object),
    };
  }

  #restore(snapshot: Snapshot): void {
    this.#nextSequence = snapshot.nextSequence;
    for (const { task, months, slots } of snapshot.tasks)
      this.#tasks.set(task.id, { task, months: new Map(months), slots: new Map(slots) });
    for (const object of snapshot.pending) this.#pending.set(object.sequence, { ...object, resumed: true });
  }
}

function countersOf<K>(map: Map<K, Counters>, key: K): Counters {
  const counters = map.get(key) ?? noCounters();
  map.set(key, counters);
  return counters;
}
