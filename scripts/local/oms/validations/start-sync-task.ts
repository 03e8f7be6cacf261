/** https://support.huaweicloud.com/intl/en-us/api-oms/StartSyncTask.html, Tables 1 and 3 */
import { CRYPTO_TYPE, KMS_KEY_ID } from './create-sync-task.ts';
import { PROJECT_ID, SYNC_TASK_ID } from './path.ts';

const KEY = { type: 'string', mandatory: true, min: 1, max: 100 } as const;

export const startSyncTask = {
  path: { project_id: PROJECT_ID, sync_task_id: SYNC_TASK_ID },
  query: {},
  body: {
    src_ak: KEY,
    src_sk: KEY,
    dst_ak: KEY,
    dst_sk: KEY,
    source_cdn_authentication_key: { type: 'string', min: 0, max: 255 },
    src_crypto_type: CRYPTO_TYPE,
    src_kms_key_id: KMS_KEY_ID,
    dst_crypto_type: CRYPTO_TYPE,
    dst_kms_key_id: KMS_KEY_ID,
    source_cdn_crypto_type: CRYPTO_TYPE,
    source_cdn_kms_key_id: KMS_KEY_ID,
  },
} as const;
