import { FaultInjector } from '../../local/faults/injector.ts';
import type { FaultRule } from '../../local/faults/plan.ts';
import { hash32 } from '../kernel/random.ts';
import type { Answer, Server, Service } from '../machine/network.ts';

/** Milliseconds by which a signature's time may differ. */
export const CLOCK_SKEW = 15 * 60_000;

/** The effect of a fault plan on a server. */
export class FaultyServer {
  /** Faults of all plans so far, by kind. */
  readonly injected = new Map<string, number>();
  reach: ReturnType<Server['reachable']> = 'yes';
  readonly #faults: FaultInjector;

  constructor(vocabulary: ConstructorParameters<typeof FaultInjector>[0]) {
    this.#faults = new FaultInjector(
      vocabulary,
      (seed, rule, counter, occurrence) => hash32(`${seed} ${rule} ${occurrence} ${counter}`) / 2 ** 32,
    );
  }

  readonly reachable = (): ReturnType<Server['reachable']> => this.reach;

  /** @param plan as docs/reference/local-cloud.md has it; undefined for none */
  setFaults(plan: unknown): void {
    for (const { fault, injected } of this.#faults.state().rules) this.count(fault, injected);
    this.#faults.set(plan);
  }

  protected count(fault: string, times = 1): void {
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + times);
  }

  protected pick(subject: Parameters<FaultInjector['pick']>[0]): readonly FaultRule[] {
    return this.#faults.active ? this.#faults.pick(subject) : [];
  }
}

const PAGE = '<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

/**
 * A service with the faults that fired for a request, in the meaning that docs/reference/local-cloud.md gives them.
 *
 * @param work does what was asked; `skew` is how far the server's clock is off, in milliseconds
 * @param refusal the answer that stands for a status
 */
export function withFaults(
  fired: readonly FaultRule[],
  work: (skew: number) => Answer,
  refusal: (status: number) => Answer,
): Service {
  const sum = (name: string, when?: 'before' | 'after'): number =>
    fired
      .filter((rule) => rule.fault === name && (when === undefined || (rule.when ?? 'before') === when))
      .reduce((total, { ms = 0 }) => total + ms, 0);
  const end = fired.find(({ fault }) => fault === 'status' || fault === 'reset' || fault === 'body');
  return {
    before: sum('slow', 'before'),
    after: sum('slow', 'after'),
    work: () => {
      const untouched = end !== undefined && end.fault !== 'body' && end.when !== 'after';
      const answer = untouched ? undefined : work(sum('clock_skew'));
      if (end?.fault === 'reset') return undefined;
      if (end?.fault === 'status') {
        const refused = refusal(end.status ?? 500);
        const headers = end.retry_after === undefined ? {} : { 'retry-after': `${end.retry_after}` };
        return { ...refused, headers: { ...refused.headers, ...headers } };
      }
      return end && answer ? damaged(answer, end) : answer;
    },
  };
}

function damaged(answer: Answer, { body, status: wanted }: FaultRule): Answer {
  // A proxy between client and service can spoil a refusal, but makes no success of one.
  const status = answer.status >= 300 && wanted === 200 ? answer.status : (wanted ?? answer.status);
  const text = answer.body.toString();
  const whole = text === '' ? '{}' : text;
  switch (body) {
    case 'html':
      return { status, headers: { 'content-type': 'text/html' }, body: PAGE };
    case 'empty':
      return { ...answer, status, body: '' };
    case 'truncated':
      return { ...answer, status, body: whole.slice(0, Math.ceil(whole.length / 2)) };
    default:
      return { ...answer, status, body: whole, cut: true };
  }
}
