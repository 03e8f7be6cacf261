import { expectTypeOf } from 'vitest';
import type { OmsClient, OmsClientOptions } from '#shared/oms/client.ts';
import type { OmsCredentials } from '#shared/oms/credentials.ts';
import type { AmbiguousCreateError, OmsError } from '#shared/oms/errors.ts';
import type {
  CreateSyncTaskBody,
  CreateSyncTaskInput,
  CreateSyncTaskRequest,
} from '#shared/oms/schemas/create-sync-task.ts';
import type { ShowSyncTaskResponse } from '#shared/oms/schemas/show-sync-task-response.ts';

declare const client: OmsClient;

expectTypeOf(client.createSyncEvents).returns.resolves.toEqualTypeOf<{
  readonly requestId?: string;
  readonly attempts: number;
}>();
expectTypeOf(client.createSyncTask).returns.resolves.toEqualTypeOf<{ readonly sync_task_id: string }>();
expectTypeOf(client.showSyncTask).returns.resolves.toEqualTypeOf<ShowSyncTaskResponse>();
expectTypeOf(client.forInvocation).returns.toEqualTypeOf<OmsClient>();

// A checked body can be sent; a body whose key pairs may be missing cannot.
expectTypeOf<CreateSyncTaskBody>().toExtend<CreateSyncTaskInput>();
expectTypeOf<CreateSyncTaskRequest>().not.toExtend<CreateSyncTaskInput>();
expectTypeOf<CreateSyncTaskRequest['src_ak']>().toEqualTypeOf<string | undefined>();
expectTypeOf<CreateSyncTaskBody['src_ak']>().toEqualTypeOf<string>();
expectTypeOf<CreateSyncTaskBody['dst_storage_policy']>().toEqualTypeOf<
  'STANDARD' | 'IA' | 'ARCHIVE' | 'DEEP_ARCHIVE' | 'SRC_STORAGE_MAPPING'
>();
expectTypeOf<CreateSyncTaskBody['enable_kms']>().toEqualTypeOf<boolean | undefined>();

// Counters are exact, and every field of an answer may be absent or null.
expectTypeOf<ShowSyncTaskResponse['monthly_size']>().toEqualTypeOf<bigint | null | undefined>();
expectTypeOf<ShowSyncTaskResponse['consistency_check']>().toEqualTypeOf<string | null | undefined>();
expectTypeOf<ShowSyncTaskResponse['create_time']>().toEqualTypeOf<number | bigint | null | undefined>();

expectTypeOf<OmsClientOptions['credentials']>().toEqualTypeOf<() => OmsCredentials>();
expectTypeOf<AmbiguousCreateError>().toExtend<OmsError>();
expectTypeOf<OmsError['omsStatus']>().toEqualTypeOf<number | undefined>();
