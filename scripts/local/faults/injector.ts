import { type Draw, seededDraw } from './draw.ts';
import { type FaultPlan, type FaultRule, parseFaultPlan, type Scope, type Vocabulary } from './plan.ts';

interface Subject {
  readonly scope: Scope;
  readonly operation?: string;
  readonly bucket?: string;
  /** Decoded names of the objects that it is about. */
  readonly keys?: readonly string[];
  readonly continued?: boolean;
}

export interface FaultState {
  readonly plan: FaultPlan | null;
  readonly injected: number;
  /** Counts of each rule, in the plan's order: how often it was looked at, and how often it was carried out. */
  readonly rules: readonly { readonly fault: string; readonly matched: number; readonly injected: number }[];
}

interface RuleState {
  matched: number;
  injected: number;
  readonly occurrences: Map<string, number>;
}

/** Decides which faults happen. The decision is made at once and depends on seed and order of subjects only. */
export class FaultInjector {
  readonly #vocabulary: Vocabulary;
  readonly #draw: Draw;
  #plan: FaultPlan | undefined;
  #states: RuleState[] = [];

  constructor(vocabulary: Vocabulary, draw: Draw = seededDraw) {
    this.#vocabulary = vocabulary;
    this.#draw = draw;
  }

  get active(): boolean {
    return this.#plan !== undefined;
  }

  /** Replaces the plan and begins to count anew. Throws FaultPlanError; the former plan stays. */
  set(plan: unknown): void {
    const parsed = plan === undefined ? undefined : parseFaultPlan(plan, this.#vocabulary);
    this.#plan = parsed;
    this.#states = (parsed?.rules ?? []).map(() => ({ matched: 0, injected: 0, occurrences: new Map() }));
  }

  /** The rules that fire, in the order of the plan; at most one of them is terminal. */
  pick(subject: Subject): readonly FaultRule[] {
    const plan = this.#plan;
    if (!plan) return [];
    const fired: FaultRule[] = [];
    let ended = false;
    for (const [index, rule] of plan.rules.entries()) {
      const state = this.#states[index];
      const kind = this.#vocabulary.faults[rule.fault];
      if (!state || !kind || kind.scope !== subject.scope || !applies(rule, subject)) continue;
      state.matched += 1;
      const counter = rule.per === 'key' ? (subject.keys ?? []).join('\n') : '';
      const occurrence = (state.occurrences.get(counter) ?? 0) + 1;
      state.occurrences.set(counter, occurrence);
      const due =
        rule.calls?.includes(occurrence) ??
        (rule.every === undefined
          ? this.#draw(plan.seed, index, counter, occurrence) < (rule.probability ?? 0)
          : occurrence % rule.every === 0);
      if (!due || state.injected >= (rule.limit ?? Number.POSITIVE_INFINITY) || (kind.terminal && ended)) continue;
      state.injected += 1;
      fired.push(rule);
      ended ||= kind.terminal === true;
    }
    return fired;
  }

  /** Takes back the count of a fault that turned out to be impossible. */
  missed(rule: FaultRule): void {
    const state = this.#states[this.#plan?.rules.indexOf(rule) ?? -1];
    if (state) state.injected -= 1;
  }

  state(): FaultState {
    return {
      plan: this.#plan ?? null,
      injected: this.#states.reduce((sum, { injected }) => sum + injected, 0),
      rules: (this.#plan?.rules ?? []).map(({ fault }, index) => ({
        fault,
        matched: this.#states[index]?.matched ?? 0,
        injected: this.#states[index]?.injected ?? 0,
      })),
    };
  }
}

function applies(rule: FaultRule, { operation, bucket, keys = [], continued }: Subject): boolean {
  const { key, key_prefix: prefix } = rule;
  return (
    (rule.operation === undefined || [rule.operation].flat().includes(operation ?? '')) &&
    (rule.bucket === undefined || rule.bucket === bucket) &&
    (rule.continued === undefined || rule.continued === (continued ?? false)) &&
    (key === undefined || keys.includes(key)) &&
    (prefix === undefined || keys.some((name) => name.startsWith(prefix)))
  );
}
