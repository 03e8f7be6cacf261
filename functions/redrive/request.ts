import { type AsynchronousRequest, readAsynchronousRequest } from '#shared/platform/asynchronous-request.ts';
import { type RedriveOptions, readRedriveOptions } from '#shared/redrive/options.ts';

/**
 * Reads what a redrive is asked. Nothing at all is a request, too: redrive everything.
 *
 * @param event of the gateway, accepted, of a timer, or the options themselves
 * @throws ValidationError with every problem, PayloadTooLargeError
 */
export function readRedriveRequest(event: unknown): AsynchronousRequest<RedriveOptions> {
  return readAsynchronousRequest(event, readRedriveOptions);
}
