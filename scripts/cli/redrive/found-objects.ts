import { entryOf } from '#shared/redrive/backlog.ts';
import type { Taken } from '#shared/redrive/window.ts';

interface FoundObject {
  readonly bucket: string;
  readonly key: string;
  /** Code of the true cause. */
  readonly code: string;
}

/** Objects that are kept. */
const MOST = 1_000;

/** The objects that a dry run has found, with their causes, as far as there is room for them. */
export class FoundObjects {
  readonly objects: FoundObject[] = [];
  leftOut = 0;

  add(taken: readonly Taken[]): void {
    for (const { objects, objects_left_out: more, code } of taken.map(entryOf)) {
      const room = MOST - this.objects.length;
      this.objects.push(...objects.slice(0, room).map((object) => ({ ...object, code })));
      this.leftOut += Math.max(0, objects.length - room) + more;
    }
  }
}
