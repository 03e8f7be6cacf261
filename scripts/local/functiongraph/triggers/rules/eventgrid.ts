import { type Fields, given } from '../fields.ts';
import { BUCKET } from './obs.ts';

export interface EventGridData {
  readonly channel_id: string;
  readonly channel_name?: string;
  readonly source_name: string;
  readonly trigger_name: string;
  readonly agency?: string;
  readonly bucket?: string;
  readonly event_types: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
  /** The vendor writes a capital K. */
  readonly Key_encode?: boolean;
}

export const OBS_SOURCE = 'HC.OBS.DWR';

/** The spelling must be exact: a subscription compares the type of an event with it. */
const OBS_EVENT_TYPES = [
  'OBS:DWR:ObjectCreated:PUT',
  'OBS:DWR:ObjectCreated:POST',
  'OBS:DWR:ObjectCreated:COPY',
  'OBS:DWR:ObjectCreated:CompleteMultipartUpload',
  'OBS:DWR:ObjectRemoved:Delete',
  'OBS:DWR:ObjectRemoved:DeleteMarkerCreated',
] as const;

/**
 * Reads event_data of an EventGrid trigger. The API's own description names no field of it; these are the ones of the
 * vendor's Terraform provider and of its SDKs.
 * @see https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs/resources/fgs_function_trigger
 */
export function readEventGrid(fields: Fields): EventGridData {
  const source = fields.text('source_name');
  const ofBucket = source === OBS_SOURCE;
  // The service would pass over the name and leave keys as they are, and `a+b` would then be read as `a b`.
  for (const wrong of ['key_encode', 'keyEncode', 'KeyEncode'])
    if (fields.has(wrong)) fields.problem(wrong, 'is no field of the trigger: it is called Key_encode');
  return {
    channel_id: fields.text('channel_id'),
    source_name: source,
    trigger_name: fields.text('trigger_name', {
      max: 64,
      pattern: /^[\w.-]+$/,
      says: 'hold letters, digits, dots, - and _ only',
    }),
    event_types: fields.texts('event_types', ofBucket ? { values: OBS_EVENT_TYPES } : {}),
    ...given({
      channel_name: fields.text('channel_name', { optional: true }),
      agency: fields.text('agency', { optional: true }),
      bucket: ofBucket ? fields.text('bucket', BUCKET) : fields.text('bucket', { ...BUCKET, optional: true }),
      prefix: fields.text('prefix', { optional: true }),
      suffix: fields.text('suffix', { optional: true }),
      Key_encode: fields.flag('Key_encode'),
    }),
  };
}
