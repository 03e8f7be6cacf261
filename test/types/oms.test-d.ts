import { describe, expectTypeOf, it } from 'vitest';
import type { OmsClient } from '#shared/oms/client.ts';
import type { Answer } from '#shared/oms/schemas/answer-table.ts';
import type { ListedSyncTask } from '#shared/oms/schemas/list-sync-tasks-response.ts';

describe('the types of answers', () => {
  it('follow their tables, with null and absence everywhere', () => {
    type Read = Answer<{ name: 'text'; when: 'time'; sum: 'counter'; part: { object: { on: 'flag' } } }>;
    expectTypeOf<Read['name']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Read['when']>().toEqualTypeOf<number | bigint | null | undefined>();
    expectTypeOf<Read['sum']>().toEqualTypeOf<bigint | null | undefined>();
    expectTypeOf<NonNullable<Read['part']>['on']>().toEqualTypeOf<boolean | null | undefined>();
    expectTypeOf<Read['brand_new']>().toEqualTypeOf<unknown>();
  });

  it('know the fields of a listed task', () => {
    expectTypeOf<ListedSyncTask['create_time']>().toEqualTypeOf<number | bigint | null | undefined>();
    expectTypeOf<NonNullable<ListedSyncTask['source_cdn']>['domain']>().toEqualTypeOf<string | null | undefined>();
  });
});

describe('the types of requests', () => {
  it('allow the two states and the five types alone', () => {
    type List = NonNullable<Parameters<OmsClient['listSyncTasks']>[0]>;
    expectTypeOf<List['status']>().toEqualTypeOf<'SYNCHRONIZING' | 'STOPPED' | undefined>();
    type Statistic = Parameters<OmsClient['listSyncTaskStatistic']>[0];
    expectTypeOf<Statistic['dataTypes'][number]>().toEqualTypeOf<'REQUEST' | 'SUCCESS' | 'FAILURE' | 'SKIP' | 'SIZE'>();
  });
});
