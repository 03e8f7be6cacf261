import type { GatewayEvent } from '#shared/platform/gateway-event.ts';
import type { BadInput } from '../fixtures/bad-input/types.ts';
import { gatewayEvent } from './gateway-event.ts';

/** Variables that redrive and reconcile need besides those of every function. */
export const RUN_VARIABLES = {
  OMS_REGION: 'cn-north-4',
  STATE_BUCKET: 'state',
  ROUTES: JSON.stringify([
    { name: 'photos', source: { bucket: 'photos' }, destination: { bucket: 'photos-replica' }, sync_task_id: '1' },
    { name: 'films', source: { bucket: 'films' }, destination: { bucket: 'films-replica' }, sync_task_id: '2' },
  ]),
};

/** The gateway's event of a wrong request. */
export function toGatewayEvent({ method, path, query, body, bytes, notBase64 }: BadInput): GatewayEvent {
  const event = gatewayEvent(method, path, body, query === undefined ? {} : { query });
  if (bytes !== undefined) return { ...event, body: Buffer.from(bytes).toString('base64') };
  return notBase64 === undefined ? event : { ...event, body: notBase64 };
}

/** The entries of `details`, each as `path rule`. */
export function detailsOf(body: { readonly details?: readonly { readonly path: string; readonly rule: string }[] }) {
  return (body.details ?? []).map(({ path, rule }) => `${path} ${rule}`);
}
