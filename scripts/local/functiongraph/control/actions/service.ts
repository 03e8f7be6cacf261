import type { AsyncInvocation } from '../../async/queue.ts';
import type { Place } from '../answers.ts';
import type { FetchCode } from '../code-body.ts';
import type { ControlPlane, Located } from '../control-plane.ts';
import type { TriggerPort } from '../ports.ts';
import type { ApiRequest } from '../router.ts';

export interface ControlService {
  readonly plane: ControlPlane;
  readonly place: Place;
  readonly fetchCode: FetchCode;
  /** Asked at each call: the triggers are opened after the functions. */
  readonly triggers: () => TriggerPort;
  /** Asynchronous invocations of a version or an alias, newest first. */
  readonly invocations: (place: Pick<Located, 'fn' | 'qualifier'>) => readonly AsyncInvocation[];
  readonly publishing: 'change' | 'code';
  readonly objectStore: boolean;
}

export function located({ plane }: ControlService, { params }: ApiRequest): Located {
  return plane.locate(params['function_urn'] ?? '');
}
