import { expectTypeOf } from 'vitest';
import type { Sender, Transport } from '#shared/http/transport.ts';
import type { ObjectStoreClient, ObjectStoreOptions, StoreInvocation } from '#shared/objectstore/client.ts';
import type { MalformedListingError, ObjectNotFoundError, ObjectStoreError } from '#shared/objectstore/errors.ts';
import type { ObjectHead, ObjectPage, ObjectStore, PutRequest, StoredObject } from '#shared/objectstore/port.ts';
import type { ProviderName } from '#shared/objectstore/providers.ts';

declare const client: ObjectStoreClient;

// The client is one implementation of the port, and gives what the port promises.
expectTypeOf(client).toExtend<ObjectStore>();
expectTypeOf(client.getObject).returns.resolves.toEqualTypeOf<StoredObject>();
expectTypeOf(client.headObject).returns.resolves.toEqualTypeOf<ObjectHead | undefined>();
expectTypeOf(client.listObjects).returns.resolves.toEqualTypeOf<ObjectPage>();
expectTypeOf(client.deleteObject).returns.resolves.toEqualTypeOf<void>();
expectTypeOf(client.forInvocation).returns.toEqualTypeOf<ObjectStoreClient>();
expectTypeOf<StoredObject['body']>().toEqualTypeOf<Buffer>();
expectTypeOf<ObjectPage['nextToken']>().toEqualTypeOf<string | undefined>();

// The only ETag that "if there is none" can name is every one.
expectTypeOf<PutRequest['body']>().toEqualTypeOf<string | Uint8Array>();

// A deadline and credentials are all that an invocation changes.
expectTypeOf<keyof StoreInvocation>().toEqualTypeOf<'credentials' | 'deadline'>();
expectTypeOf<ObjectStoreOptions['provider']>().toEqualTypeOf<ProviderName | undefined>();
expectTypeOf<ReturnType<ObjectStoreOptions['credentials']>['securityToken']>().toEqualTypeOf<string | undefined>();

// A simulator may stand in for the network.
expectTypeOf<Transport>().toExtend<Sender>();

expectTypeOf<ObjectNotFoundError>().toExtend<ObjectStoreError>();
expectTypeOf<MalformedListingError>().toExtend<ObjectStoreError>();
expectTypeOf<ObjectStoreError['storeStatus']>().toEqualTypeOf<number | undefined>();
