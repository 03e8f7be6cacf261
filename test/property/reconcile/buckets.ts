import fc from 'fast-check';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const GRACE = 60_000;
const OLD = NOW - 10 * GRACE;

/** Names that have broken listings, and characters on both sides of every border of an encoding. */
const hostile = fc.constantFrom(
  ...['a+b', 'a b', 'a%20b', '100%', '/lead', 'a//b', '../x', './x', 'dir/', '\uff5e', '\u{1f600}', '\r\n\t', '#?&='],
  ...[
    '__proto__',
    'constructor',
    'oms/sync_task/',
    'oms/sync_task/1/x',
    'oms/sync_task',
    '\u00e9',
    'e\u0301',
    '\ufffd',
  ],
  ...['\u{1f600}\uff5e', '\uff5e\u{1f600}', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', 'k'.repeat(1024)],
);
const unit = fc.constantFrom('a', 'b', '/', '\uff5e', '\u{1f600}', '\u0080', '\ue000', '\ud7ff');
const key = fc.oneof(hostile, fc.string({ unit, minLength: 1, maxLength: 4 }));

const facts = fc.record({
  size: fc.constantFrom(0, 1, 1, 2),
  lastModified: fc.constantFrom(OLD, OLD + 1, OLD + 999, OLD + 1000, OLD + 5000, NOW - GRACE, NOW - GRACE + 1, NOW),
  etag: fc.constantFrom('a'.repeat(32), 'A'.repeat(32), 'b'.repeat(32), `${'a'.repeat(32)}-2`, ''),
  storageClass: fc.constantFrom('STANDARD', 'STANDARD', 'STANDARD', 'GLACIER'),
});

const byUtf8 = (a: ObjectFacts, b: ObjectFacts): number => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));

export interface Buckets {
  readonly source: readonly ObjectFacts[];
  readonly destination: readonly ObjectFacts[];
}

/** A source and a destination that have something in common. */
export const buckets: fc.Arbitrary<Buckets> = fc
  .uniqueArray(fc.record({ key, source: fc.option(facts), destination: fc.option(facts), copied: fc.boolean() }), {
    selector: (object) => object.key,
    maxLength: 40,
  })
  .map((objects) => ({
    source: objects.flatMap((object) => (object.source ? [{ key: object.key, ...object.source }] : [])).sort(byUtf8),
    destination: objects
      .flatMap((object) => {
        const copy = object.copied ? object.source : object.destination;
        return copy ? [{ key: object.key, ...copy }] : [];
      })
      .sort(byUtf8),
  }));

/** Sizes of pages, again and again; 0 is a page without objects. */
export const pageSizes = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 });
