import { describe, expect, it } from 'vitest';
import {
  Permissions,
  type PolicyDocument,
  PolicyError,
  type PolicyStatement,
} from '../../../../scripts/local/iam/policy.ts';

const document = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '1.1', Statement });
const allow = (Action: string[], Resource?: string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  ...(Resource ? { Resource } : {}),
});
const deny = (Action: string[], Resource?: string[]): PolicyStatement => ({
  ...allow(Action, Resource),
  Effect: 'Deny',
});
const object = (path: string): string => `obs:cn-north-4:local:object:${path}`;

describe('permissions', () => {
  it('allow what a statement names, and nothing else', () => {
    const permissions = new Permissions([document(allow(['oms:synctask:get', 'oms:synctask:list']))]);

    expect(permissions.allows('oms:synctask:get', 'oms:cn-north-4:local:synctask:1')).toBe(true);
    expect(permissions.allows('oms:synctask:list', 'oms:cn-north-4:local:synctask:*')).toBe(true);
    expect(permissions.allows('oms:synctask:delete', 'oms:cn-north-4:local:synctask:1')).toBe(false);
    expect(permissions.allows('oms:synctask:getAll', 'oms:cn-north-4:local:synctask:1')).toBe(false);
  });

  it('allow nothing without a policy', () => {
    expect(new Permissions([]).allows('oms:synctask:get', 'oms:cn-north-4:local:synctask:1')).toBe(false);
  });

  it('take wildcards in actions, and no regard to the case of type and operation', () => {
    const permissions = new Permissions([document(allow(['obs:*:get*', 'obs:Bucket:ListBucket']))]);

    expect(permissions.allows('obs:object:GetObject', object('b/k'))).toBe(true);
    expect(permissions.allows('obs:bucket:listbucket', object('b/k'))).toBe(true);
    expect(permissions.allows('obs:object:PutObject', object('b/k'))).toBe(false);
  });

  it('take wildcards in resources, part by part', () => {
    const permissions = new Permissions([document(allow(['obs:*:*'], ['OBS:*:*:object:state/dead-letters/*']))]);

    expect(permissions.allows('obs:object:GetObject', object('state/dead-letters/2026/a:b.json'))).toBe(true);
    expect(permissions.allows('obs:object:GetObject', object('state/parked/a.json'))).toBe(false);
    expect(permissions.allows('obs:object:GetObject', object('state2/dead-letters/a.json'))).toBe(false);
    expect(permissions.allows('obs:object:GetObject', object('state/Dead-letters/a.json'))).toBe(false);
    expect(permissions.allows('obs:bucket:ListBucket', 'obs:cn-north-4:local:bucket:state/dead-letters/')).toBe(false);
  });

  it('do not let a wildcard of one part reach into the next', () => {
    const permissions = new Permissions([document(allow(['obs:*:*'], ['obs:*:*:bucket:photos']))]);

    expect(permissions.allows('obs:object:GetObject', 'obs:cn-north-4:local:object:x:bucket:photos')).toBe(false);
  });

  it.each([
    ['a statement behind the other', [document(allow(['obs:*:*']), deny(['obs:object:DeleteObject']))]],
    ['a statement before the other', [document(deny(['obs:object:DeleteObject']), allow(['obs:*:*']))]],
    ['another policy', [document(allow(['obs:*:*'])), document(deny(['obs:object:DeleteObject']))]],
  ])('are taken away by %s that denies', (_where, documents) => {
    const permissions = new Permissions(documents);

    expect(permissions.allows('obs:object:PutObject', object('b/k'))).toBe(true);
    expect(permissions.allows('obs:object:DeleteObject', object('b/k'))).toBe(false);
  });

  it('are taken away for the denied resource alone', () => {
    const permissions = new Permissions([
      document(allow(['obs:object:GetObject']), deny(['obs:object:GetObject'], ['obs:*:*:object:secret/*'])),
    ]);

    expect(permissions.allows('obs:object:GetObject', object('public/k'))).toBe(true);
    expect(permissions.allows('obs:object:GetObject', object('secret/k'))).toBe(false);
  });

  it.each([
    ['Version must be "1.1".', { Version: '5.0', Statement: [allow(['obs:*:*'])] }],
    ['Statement must be', document()],
    ['Statement must be', document(...Array.from({ length: 9 }, () => allow(['obs:*:*'])))],
    ['Statement[0].Effect', document({ Effect: 'allow', Action: ['obs:*:*'] })],
    ['Statement[0].Action must be a list', document(allow([]))],
    ['Statement[0].Action must be a list', document(allow(Array.from({ length: 101 }, () => 'obs:*:*')))],
    ['Statement[1].Action must hold', document(allow(['obs:*:*']), allow(['obs:PutObject']))],
    ['Statement[0].Action must hold', document(allow(['OBS:object:PutObject']))],
    ['Statement[0].Resource must hold', document(allow(['obs:*:*'], ['photos/*']))],
    ['Statement[0].Condition is not', document({ ...allow(['obs:*:*']), Condition: {} } as PolicyStatement)],
    ['A policy has 6144 characters', document(allow(Array.from({ length: 100 }, () => `obs:*:${'a'.repeat(60)}`)))],
    [
      'Statement[0].Resource must hold 10',
      document(
        allow(
          ['obs:*:*'],
          Array.from({ length: 11 }, () => object('b/k')),
        ),
      ),
    ],
    ['each of 128 characters', document(allow(['obs:*:*'], ['obs:*:*:object:b/'.padEnd(129, 'k')]))],
    ['global services', document(allow(['obs:*:*']), allow(['oms:synctask:get']))],
  ])('are refused with "%s…"', (message, wrong) => {
    const create = () => new Permissions([wrong]);

    expect(create).toThrow(PolicyError);
    expect(create).toThrow(message);
  });
});
