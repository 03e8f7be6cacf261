import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument, PolicyStatement } from '../../../scripts/deploy/permissions/document.ts';
import { type AgencyCloud, DESTINATION, SOURCE, STATE, startAgencyCloud, taskBody } from './cloud.ts';
import { EVENT_SCENARIOS } from './events.ts';
import { OBJECT_SCENARIOS } from './objects.ts';
import { type Scenario, TASK_SCENARIOS } from './tasks.ts';

const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  ...TASK_SCENARIOS,
  ...EVENT_SCENARIOS,
  ...OBJECT_SCENARIOS,
};

let cloud: AgencyCloud;
beforeAll(async () => {
  cloud = await startAgencyCloud();
});
afterAll(() => cloud?.close());
afterEach(() => cloud.reset());

const agencyOf = (group: string): string => `oms-sync-local-${group}`;

function grantAll(changed: ReadonlyMap<string, readonly PolicyDocument[]> = new Map()): void {
  const all = cloud.agencies.map(
    ({ agency, policies }) => [agency, changed.get(agency) ?? policies.map(({ document }) => document)] as const,
  );
  cloud.setPolicies(new Map(all));
}

/** One permission: an action, with one of the resources that it is for. */
interface Permission {
  readonly action: string;
  readonly resource?: string;
}

function permissionsOf(documents: readonly PolicyDocument[]): Permission[] {
  return documents
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action): Permission[] =>
        Resource ? Resource.map((resource) => ({ action, resource })) : [{ action }],
      ),
    );
}

/** The documents without it, and otherwise the same. */
function without(documents: readonly PolicyDocument[], gone: Permission): PolicyDocument[] {
  const changed = documents.map((document) => ({
    ...document,
    Statement: document.Statement.flatMap((statement) => {
      if (!statement.Action.includes(gone.action)) return [statement];
      const others = statement.Action.filter((action) => action !== gone.action);
      const resources = statement.Resource?.filter((resource) => resource !== gone.resource) ?? [];
      const kept: PolicyStatement[] = [];
      if (others.length > 0) kept.push({ ...statement, Action: others });
      if (resources.length > 0) kept.push({ ...statement, Action: [gone.action], Resource: resources });
      return kept;
    }),
  }));
  // IAM takes no document without a statement.
  return changed.filter(({ Statement }) => Statement.length > 0);
}

/** The message of the first scenario that fails; each begins with empty buckets. */
async function firstFailure(scenarios: readonly Scenario[]): Promise<string | undefined> {
  for (const scenario of scenarios) {
    try {
      await scenario.run(cloud);
    } catch (error) {
      return (error as Error).message;
    } finally {
      await cloud.reset();
    }
  }
  return undefined;
}

describe('with the generated policies', { timeout: 120_000 }, () => {
  it('every function has one of the agencies', () => {
    expect(cloud.agencies.map(({ agency }) => agency).sort()).toEqual(Object.keys(SCENARIOS).map(agencyOf).sort());
    expect(cloud.agencies.flatMap(({ functions }) => functions).sort()).toEqual(
      Object.keys(cloud.config.functions).sort(),
    );
  });

  it.each(Object.keys(SCENARIOS))('the functions of the agency "%s" do all of their work', async (group) => {
    grantAll();

    expect(await firstFailure(SCENARIOS[group] ?? [])).toBeUndefined();
  });

  it.each(Object.keys(SCENARIOS))(
    'the agency "%s" can do without none of its permissions',
    async (group) => {
      const agency = agencyOf(group);
      const documents = cloud.agencies.find((each) => each.agency === agency)?.policies.map(({ document }) => document);
      const permissions = permissionsOf(documents ?? []);
      const superfluous: Permission[] = [];
      for (const permission of permissions) {
        grantAll(new Map([[agency, without(documents ?? [], permission)]]));
        if ((await firstFailure(SCENARIOS[group] ?? [])) === undefined) superfluous.push(permission);
      }

      expect(permissions.length).toBeGreaterThan(1);
      expect(superfluous).toEqual([]);
    },
    120_000,
  );

  it('the trigger can neither create nor change nor delete tasks, nor read anything', async () => {
    grantAll();
    const trigger = cloud.credentialsOf(agencyOf('trigger'));
    const task = `/sync-tasks/${cloud.taskId}`;
    await cloud.put(SOURCE, 'secret', 'content');
    await cloud.put(STATE, 'dead-letters/a.json', '{}');

    const refusals = [
      trigger.oms('POST', '/sync-tasks', taskBody()),
      trigger.oms('GET', '/sync-tasks'),
      trigger.oms('POST', `${task}/stop`, {}),
      trigger.oms('POST', `${task}/start`, {}),
      trigger.oms('DELETE', task),
      ...[SOURCE, DESTINATION, STATE].map((Bucket) => trigger.store(new ListObjectsV2Command({ Bucket }))),
      trigger.store(new GetObjectCommand({ Bucket: SOURCE, Key: 'secret' })),
      trigger.store(new PutObjectCommand({ Bucket: SOURCE, Key: 'b', Body: 'c' })),
      trigger.store(new DeleteObjectCommand({ Bucket: SOURCE, Key: 'secret' })),
      trigger.store(new PutObjectCommand({ Bucket: DESTINATION, Key: 'b', Body: 'c' })),
      trigger.store(new GetObjectCommand({ Bucket: STATE, Key: 'dead-letters/a.json' })),
      trigger.store(new DeleteObjectCommand({ Bucket: STATE, Key: 'dead-letters/a.json' })),
      trigger.store(new PutObjectCommand({ Bucket: STATE, Key: 'reconcile/photos/checkpoint.json', Body: '{}' })),
    ];

    expect(new Set(await Promise.all(refusals))).toEqual(new Set([403]));
    expect(await trigger.store(new PutObjectCommand({ Bucket: STATE, Key: 'dead-letters/b', Body: '{}' }))).toBe(200);
  });

  it.each(['redrive', 'reconcile'])('the functions of "%s" can read no object that is replicated', async (group) => {
    grantAll();
    const credentials = cloud.credentialsOf(agencyOf(group));
    for (const Bucket of [SOURCE, DESTINATION]) {
      await cloud.put(Bucket, 'secret', 'content');
      expect(await credentials.store(new GetObjectCommand({ Bucket, Key: 'secret' }))).toBe(403);
      expect(await credentials.store(new DeleteObjectCommand({ Bucket, Key: 'secret' }))).toBe(403);
      expect(await credentials.store(new PutObjectCommand({ Bucket, Key: 'other', Body: 'c' }))).toBe(403);
    }
  });
});
