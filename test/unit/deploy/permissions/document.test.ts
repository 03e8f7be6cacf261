import { describe, expect, it } from 'vitest';
import { documentsOf, scopeOf } from '../../../../scripts/deploy/permissions/document.ts';
import { Permissions } from '../../../../scripts/local/iam/policy.ts';
import { THOROUGH } from '../../../helpers/thorough.ts';

const BUCKET = 'obs:*:*:bucket:state';

describe('documentsOf', () => {
  it('puts actions with the same resources into one statement, each once and in order', () => {
    expect(
      documentsOf([
        { action: 'obs:bucket:ListBucket', resource: BUCKET },
        { action: 'obs:bucket:HeadBucket', resource: BUCKET },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:state/b/*' },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:state/a/*' },
        { action: 'obs:bucket:ListBucket', resource: BUCKET },
      ]),
    ).toEqual([
      {
        Version: '1.1',
        Statement: [
          { Effect: 'Allow', Action: ['obs:bucket:HeadBucket', 'obs:bucket:ListBucket'], Resource: [BUCKET] },
          {
            Effect: 'Allow',
            Action: ['obs:object:PutObject'],
            Resource: ['obs:*:*:object:state/a/*', 'obs:*:*:object:state/b/*'],
          },
        ],
      },
    ]);
  });

  it('names no resource where the service knows none, whatever else was granted', () => {
    expect(
      documentsOf([
        { action: 'oms:synctask:get' },
        { action: 'oms:synctask:get', resource: 'oms:*:*:synctask:1' },
        { action: 'oms:synctask:createEvent' },
      ]),
    ).toEqual([
      {
        Version: '1.1',
        Statement: [{ Effect: 'Allow', Action: ['oms:synctask:createEvent', 'oms:synctask:get'] }],
      },
    ]);
  });

  it('does not depend on the order of what is granted', () => {
    const grants = [
      { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/2' },
      { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/1' },
      { action: 'obs:object:DeleteObject', resource: 'obs:*:*:object:b/1' },
    ];

    expect(documentsOf(grants.toReversed())).toEqual(documentsOf(grants));
  });

  it('allows what was granted as IAM decides it, and nothing across statements', () => {
    const permissions = new Permissions(
      documentsOf([
        { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/in/*' },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:b/out/*' },
      ]),
    );
    const allows = (action: string, key: string) =>
      permissions.allows(`obs:object:${action}`, `obs:r:d:object:b/${key}`);

    expect([allows('GetObject', 'in/1'), allows('PutObject', 'out/1')]).toEqual([true, true]);
    expect([allows('PutObject', 'in/1'), allows('GetObject', 'out/1')]).toEqual([false, false]);
  });

  it.each<[number, number, number?]>([
    [10, 1, 1],
    [11, 1, 2],
    [80, 1, 8],
    [81, 2],
    ...(THOROUGH ? [[500, 8] as [number, number]] : []),
  ])('are as many as IAM takes of %i buckets: %i, each bucket in one', (count, documents, statements) => {
    const buckets = Array.from({ length: count }, (_, index) => `${index}`);
    const grants = buckets.flatMap((bucket) =>
      ['HeadBucket', 'ListBucket'].map((action) => ({
        action: `obs:bucket:${action}`,
        resource: `obs:*:*:bucket:${bucket}`,
      })),
    );
    const found = documentsOf(grants);

    expect(found).toHaveLength(documents);
    expect(documentsOf(grants.toReversed())).toEqual(found);
    if (statements !== undefined) expect(found[0]?.Statement).toHaveLength(statements);
    const permissions = new Permissions(found);
    for (const { action, resource } of grants) expect(permissions.allows(action, resource)).toBe(true);
    expect(permissions.allows('obs:bucket:ListBucket', `obs:*:*:bucket:${count}`)).toBe(false);
    const named = found.flatMap(({ Statement }) => Statement).flatMap(({ Resource = [] }) => Resource);
    expect(named.toSorted()).toEqual(buckets.map((bucket) => `obs:*:*:bucket:${bucket}`).sort());
  });

  it('are more than one where it is the names that are long', () => {
    const grants = Array.from({ length: 70 }, (_, index) => ({
      action: 'obs:bucket:ListBucket',
      resource: `obs:*:*:bucket:${`${index}`.padEnd(63, 'b')}`,
    }));

    expect(documentsOf(grants)).toHaveLength(2);
    expect(() => new Permissions(documentsOf(grants))).not.toThrow();
  });
});

it.each([
  ['obs:object:PutObject', 'global'],
  ['oms:synctask:get', 'project'],
  ['smn:topic:publish', 'project'],
])('the scope of %s is %s', (action, scope) => {
  expect(scopeOf(action)).toBe(scope);
});
