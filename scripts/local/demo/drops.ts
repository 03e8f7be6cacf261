import { request } from '../request.ts';

/** The same seed loses the notifications of the same objects. */
const SEED = 5;

interface DropState {
  readonly seen: number;
  readonly dropped: number;
}

/** Loses notifications on purpose, by the object store's fault plan (docs/reference/local-cloud.md). */
export class Drops {
  readonly #obs: string;
  readonly #percent: number;

  constructor(obs: string, percent: number) {
    this.#obs = obs;
    this.#percent = percent;
  }

  async start(bucket: string): Promise<string | undefined> {
    if (this.#percent === 0) return undefined;
    // Decides by key, so that the order in which uploads end makes no difference.
    const rule = { fault: 'drop', bucket, per: 'key', probability: this.#percent / 100 };
    const plan = JSON.stringify({ seed: SEED, rules: [rule] });
    await this.#call('PUT', plan);
    return plan;
  }

  async state(): Promise<DropState | undefined> {
    if (this.#percent === 0) return undefined;
    const { rules } = JSON.parse(await this.#call('GET')) as { rules: { matched: number; injected: number }[] };
    const { matched = 0, injected = 0 } = rules[0] ?? {};
    return { seen: matched, dropped: injected };
  }

  async stop(): Promise<void> {
    if (this.#percent > 0) await this.#call('DELETE');
  }

  async #call(method: string, body?: string): Promise<string> {
    const answer = await request(method, `${this.#obs}/_faults`, body === undefined ? {} : { body });
    if (answer.status !== 200) throw new Error(`The object store refused the fault plan: ${answer.body}`);
    return answer.body;
  }
}
