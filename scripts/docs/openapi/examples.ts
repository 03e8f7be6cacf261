export const ID = '31e9b7e6-6ffb-452f-9842-6ce354d99d75';

/** The buckets of the local cloud, so that the commands of the documentation run there as they are. */
export const PLACES = {
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-4',
  src_bucket: 'source',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
};

const settings = {
  sync_task_id: ID,
  src_cloud_type: PLACES.src_cloud_type,
  src_region: PLACES.src_region,
  src_bucket: PLACES.src_bucket,
  create_time: 1_788_220_800_000,
  last_start_time: 1_788_220_800_000,
  dst_bucket: PLACES.dst_bucket,
  dst_region: PLACES.dst_region,
  description: 'source to destination',
  status: 'SYNCHRONIZING',
  enable_metadata_migration: false,
  enable_restore: false,
  app_id: null,
  object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  dst_storage_policy: 'STANDARD',
  consistency_check: 'size_last_modified',
};

export const listedTask = { ...settings, source_cdn: null };

export const exampleTask = {
  ...settings,
  monthly_acceptance_request: 12,
  monthly_success_object: 10,
  monthly_failure_object: 1,
  monthly_skip_object: 1,
  monthly_size: 123_456_789,
};

export const exampleStatistics = {
  sync_task_id: ID,
  statistic_time_type: 'FIVE_MINUTES',
  statistic_datas: [
    {
      data_type: 'REQUEST',
      data: [
        { time_stamp: 1_788_221_100_000, statistic_num: 11 },
        { time_stamp: 1_788_230_400_000, statistic_num: 1 },
      ],
    },
    { data_type: 'SUCCESS', data: [{ time_stamp: 1_788_221_100_000, statistic_num: 10 }] },
  ],
};

const at = '2026-09-30T03:24:43.000Z';
const remedy =
  "Compare the key with the object's name in the source bucket. If they differ, correct the trigger's *_KEY_ENCODING.";

export const exampleObject = {
  bucket: PLACES.src_bucket,
  key: 'reports/a+b.pdf',
  verdict: 'dead_lettered',
  cause: { code: 'OmsSync.KeyRefused', message: 'OMS answered 400 OMS.1003.', remedy },
  next: { action: remedy, by: 'you', at: null },
  stations: [
    { name: 'source', state: 'present', at, detail: '1234 bytes.' },
    { name: 'notification', state: 'unknown', at: null, detail: 'Not asked here: only a command reads the logs.' },
    { name: 'trigger', state: 'routed', at: null, detail: 'Routed by local.' },
    {
      name: 'queue',
      state: 'unknown',
      at: null,
      detail: 'Not asked here: only a command asks FunctionGraph for its invocations.',
    },
    {
      name: 'dead_letter',
      state: 'dead_letter',
      at,
      detail:
        'dead-letters/2026-09-30/03-24-43-0d5b8c7e6f4a3b2c1d0e9f8a7b6c5d4e.json: OmsSync.KeyRefused, 1 attempt in vain.',
    },
    { name: 'oms', state: 'running', at: null, detail: 'The sync task runs.' },
    { name: 'destination', state: 'missing', at: null, detail: 'There is no object of this name.' },
  ],
};

const nothing = { count: 0, complete: true, oldest: null, sampled: 0, causes: [] };
const timer = { last: at, every_seconds: 900, late: false };

export const exampleStatus = {
  status: 'stuck',
  at: '2026-09-30T03:30:00.000Z',
  threshold_seconds: 900,
  reasons: [
    {
      status: 'stuck',
      code: 'OmsSync.DeadLettersWaiting',
      message: `1 dead letter waits for redrive, the oldest since ${at}. OmsSync.KeyRefused.`,
      remedy,
    },
  ],
  waiting: {
    platform: nothing,
    failed_invocations: nothing,
    dead_letters: {
      ...nothing,
      count: 1,
      oldest: at,
      sampled: 1,
      causes: [{ code: 'OmsSync.KeyRefused', remedy, documents: 1 }],
    },
    parked: nothing,
  },
  last_redrive: { ended: at, remains: true, stopped: null },
  redrive_timer: { name: 'redrive', ...timer },
  routes: [
    {
      route: 'local',
      sync_task_id: ID,
      status: 'stuck',
      reasons: [],
      source: { bucket: PLACES.src_bucket, prefix: '', state: 'answers' },
      destination: { bucket: PLACES.dst_bucket, state: 'answers' },
      task: {
        state: 'running',
        detail: 'The sync task runs. This month: 12 requested, 12 copied, 0 failed, 0 skipped.',
      },
      oms: { count: 0, oldest: null },
      last_pass: {
        started: at,
        finished: at,
        complete: true,
        converged: true,
        differences: 0,
        in_flight: 0,
        loss_rate: 0,
      },
      timer: { name: 'reconcile', ...timer },
    },
  ],
};
