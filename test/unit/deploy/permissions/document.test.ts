import { describe, expect, it } from 'vitest';
import { documentOf, scopeOf } from '../../../../scripts/deploy/permissions/document.ts';
import { Permissions } from '../../../../scripts/local/iam/policy.ts';

const BUCKET = 'obs:*:*:bucket:state';

describe('documentOf', () => {
  it('puts actions with the same resources into one statement, each once and in order', () => {
    expect(
      documentOf([
        { action: 'obs:bucket:ListBucket', resource: BUCKET },
        { action: 'obs:bucket:HeadBucket', resource: BUCKET },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:state/b/*' },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:state/a/*' },
        { action: 'obs:bucket:ListBucket', resource: BUCKET },
      ]),
    ).toEqual({
      Version: '1.1',
      Statement: [
        { Effect: 'Allow', Action: ['obs:bucket:HeadBucket', 'obs:bucket:ListBucket'], Resource: [BUCKET] },
        {
          Effect: 'Allow',
          Action: ['obs:object:PutObject'],
          Resource: ['obs:*:*:object:state/a/*', 'obs:*:*:object:state/b/*'],
        },
      ],
    });
  });

  it('names no resource where the service knows none, whatever else was granted', () => {
    expect(
      documentOf([
        { action: 'oms:synctask:get' },
        { action: 'oms:synctask:get', resource: 'oms:*:*:synctask:1' },
        { action: 'oms:synctask:createEvent' },
      ]),
    ).toEqual({
      Version: '1.1',
      Statement: [{ Effect: 'Allow', Action: ['oms:synctask:createEvent', 'oms:synctask:get'] }],
    });
  });

  it('does not depend on the order of what is granted', () => {
    const grants = [
      { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/2' },
      { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/1' },
      { action: 'obs:object:DeleteObject', resource: 'obs:*:*:object:b/1' },
    ];

    expect(documentOf(grants.toReversed())).toEqual(documentOf(grants));
  });

  it('allows what was granted as IAM decides it, and nothing across statements', () => {
    const permissions = new Permissions([
      documentOf([
        { action: 'obs:object:GetObject', resource: 'obs:*:*:object:b/in/*' },
        { action: 'obs:object:PutObject', resource: 'obs:*:*:object:b/out/*' },
      ]),
    ]);
    const allows = (action: string, key: string) =>
      permissions.allows(`obs:object:${action}`, `obs:r:d:object:b/${key}`);

    expect([allows('GetObject', 'in/1'), allows('PutObject', 'out/1')]).toEqual([true, true]);
    expect([allows('PutObject', 'in/1'), allows('GetObject', 'out/1')]).toEqual([false, false]);
  });
});

it.each([
  ['obs:object:PutObject', 'global'],
  ['oms:synctask:get', 'project'],
  ['smn:topic:publish', 'project'],
])('the scope of %s is %s', (action, scope) => {
  expect(scopeOf(action)).toBe(scope);
});
