import type { Place } from '../answers.ts';
import type { FetchCode } from '../code-body.ts';
import type { ControlPlane, Located } from '../control-plane.ts';
import type { TriggerPort } from '../ports.ts';
import type { ApiRequest } from '../router.ts';

/** Services that the operations of the API use. */
export interface ControlService {
  readonly plane: ControlPlane;
  readonly place: Place;
  readonly fetchCode: FetchCode;
  /** Asked at each call: the triggers are opened after the functions. */
  readonly triggers: () => TriggerPort;
  /** The respect in which a version must differ from the one published last. */
  readonly publishing: 'change' | 'code';
  /** Whether there is an object store for failed invocations. */
  readonly objectStore: boolean;
}

/** The function that the path names. */
export function located({ plane }: ControlService, { params }: ApiRequest): Located {
  return plane.locate(params['function_urn'] ?? '');
}
