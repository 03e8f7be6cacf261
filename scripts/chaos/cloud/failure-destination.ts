import type { Kernel } from '../kernel/kernel.ts';
import { PROJECT_ID, type QueuedEvent } from './functions.ts';

export interface FailureDestinationOptions {
  readonly kernel: Kernel;
  /** Functions whose events are kept. */
  readonly functions: readonly string[];
  readonly region: string;
  readonly prefix: string;
  readonly write: (name: string, body: Buffer) => void;
  /** Nobody has the event any more. */
  readonly onGone: (event: QueuedEvent) => void;
  /** The document is there, or never will be. */
  readonly onEnd: (event: QueuedEvent) => void;
}

/** Where FunctionGraph puts the events that it gives up. */
export class FailureDestination {
  isDown = false;
  readonly #options: FailureDestinationOptions;

  constructor(options: FailureDestinationOptions) {
    this.#options = options;
  }

  /** The platform tries for some minutes; then it forgets the event. */
  take(event: QueuedEvent, condition: string, payload: unknown, tried = 0): void {
    const { kernel, functions, region, prefix, write, onGone, onEnd } = this.#options;
    if (this.isDown) {
      if (tried < 3) {
        const again = (): void => this.take(event, condition, payload, tried + 1);
        kernel.schedule(60_000, `destination again for ${event.id}`, again);
        return;
      }
      onGone(event);
    } else if (functions.includes(event.functionName)) {
      const record = {
        timestamp: new Date(event.accepted).toISOString(),
        request_context: {
          request_id: event.id,
          function_urn: `urn:fss:${region}:${PROJECT_ID}:function:default:${event.functionName}:latest`,
          condition,
          approximate_invoke_count: event.attempts,
        },
        request_payload: JSON.parse(event.text) as unknown,
        response_context: { status_code: 500, function_error: 'simulated' },
        response_payload: payload,
      };
      const name = `${prefix}${event.functionName}/${new Date(kernel.now()).toISOString()}-${event.id}`;
      write(name, Buffer.from(JSON.stringify(record)));
    }
    onEnd(event);
  }
}
