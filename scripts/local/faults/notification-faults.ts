import type { FaultInjector } from './injector.ts';

interface NotificationSubject {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
}

interface Held {
  /** Notifications that still have to pass. */
  left: number;
  readonly release: () => void;
}

/** Milliseconds that a reordered notification waits for later ones. */
const PATIENCE = 1000;

interface NotificationFaultTools {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export class NotificationFaults {
  readonly #injector: FaultInjector;
  readonly #tools: NotificationFaultTools;
  /** A receiver that refused is offered the same notification again; its luck was drawn the first time. */
  readonly #seen = new WeakSet<object>();
  readonly #held = new Set<Held>();

  constructor(injector: FaultInjector, tools: NotificationFaultTools) {
    this.#injector = injector;
    this.#tools = tools;
  }

  /**
   * @param send hands the notification over
   * @rejects as `send` does, or when the store closes before the notification was due
   */
  async deliver(notification: object, { bucket, key }: NotificationSubject, send: () => Promise<void>): Promise<void> {
    if (!this.#injector.active || this.#seen.has(notification)) return send();
    this.#seen.add(notification);
    const fired = this.#injector.pick({ scope: 'notification', bucket, keys: [key] });
    const rule = (name: string) => fired.find(({ fault }) => fault === name);
    if (rule('drop')) return;
    const reorder = rule('reorder');
    const held = reorder ? this.#hold(reorder.by ?? 1, reorder.ms ?? PATIENCE) : undefined;
    const delay = fired.reduce((sum, { fault, ms = 0 }) => (fault === 'delay' ? sum + ms : sum), 0);
    if (delay > 0) await this.#tools.sleep(delay, this.#tools.signal);
    await held;
    const times = rule('duplicate') ? (rule('duplicate')?.times ?? 2) : 1;
    for (let time = 0; time < times; time++) await send();
    if (!reorder) this.#passed();
  }

  async #hold(left: number, ms: number): Promise<void> {
    const { sleep, signal } = this.#tools;
    const patience = new AbortController();
    let held: Held | undefined;
    const passed = new Promise<void>((resolve) => {
      held = { left, release: resolve };
      this.#held.add(held);
    });
    try {
      await Promise.race([passed, sleep(ms, AbortSignal.any([signal, patience.signal]))]);
    } finally {
      patience.abort();
      if (held) this.#held.delete(held);
    }
  }

  #passed(): void {
    for (const held of this.#held) {
      held.left -= 1;
      if (held.left <= 0) held.release();
    }
  }
}
