import { describe, expectTypeOf, it } from 'vitest';
import type { OmsCredentials } from '#shared/oms/credentials.ts';
import type { FunctionGraphContext, RuntimeContext, TemporaryCredentials } from '#shared/platform/context.ts';
import type { readCredentials } from '#shared/platform/credentials.ts';
import type { PlatformHandler } from '#shared/platform/stack.ts';
import type { handler as createSyncEvent } from '../../functions/create-sync-event/index.ts';
import type { handler as onObjectCreated } from '../../functions/on-object-created/index.ts';

describe('the runtime', () => {
  it('knows every method of the platform context, each of which may be absent', () => {
    type Methods = Extract<keyof FunctionGraphContext, `get${string}`>;

    expectTypeOf<Methods>().toEqualTypeOf<
      | 'getRequestID'
      | 'getRemainingTimeInMilliSeconds'
      | 'getRunningTimeInSeconds'
      | 'getUserData'
      | 'getFunctionName'
      | 'getVersion'
      | 'getPackage'
      | 'getProjectID'
      | 'getAlias'
      | 'getMemorySize'
      | 'getCPUNumber'
      | 'getAccessKey'
      | 'getSecretKey'
      | 'getSecurityAccessKey'
      | 'getSecuritySecretKey'
      | 'getSecurityToken'
      | 'getToken'
      | 'getLogger'
      | 'getWorkflowID'
      | 'getWorkflowRunID'
      | 'getWorkflowStateID'
    >();
    expectTypeOf<Record<never, never>>().toExtend<FunctionGraphContext>();
  });

  it('has credentials that the OMS client takes', () => {
    expectTypeOf<ReturnType<typeof readCredentials>>().toExtend<OmsCredentials>();
    expectTypeOf<RuntimeContext['temporaryCredentials']>().toEqualTypeOf<TemporaryCredentials | undefined>();
  });

  it('calls handlers with event and context and awaits a Promise', () => {
    expectTypeOf<typeof createSyncEvent>().toEqualTypeOf<PlatformHandler>();
    expectTypeOf<typeof onObjectCreated>().toEqualTypeOf<PlatformHandler>();
    expectTypeOf<PlatformHandler>().parameters.toEqualTypeOf<[event: unknown, context: unknown]>();
    expectTypeOf<PlatformHandler>().returns.toEqualTypeOf<Promise<unknown>>();
  });
});
