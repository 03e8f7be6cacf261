import { describe, expect, it } from 'vitest';
import { RuntimeContext } from '#shared/platform/context.ts';
import { fakeContext } from '../../helpers/fake-context.ts';

describe('RuntimeContext', () => {
  it('reads the values of the platform context', () => {
    const raw = {
      ...fakeContext({ variables: { OMS_REGION: 'cn-north-4' }, requestId: 'r-1', projectId: 'p-1', remaining: 1234 }),
      getAlias: () => 'live',
    };

    const context = new RuntimeContext(raw);

    expect({
      requestId: context.requestId,
      remainingTime: context.remainingTime,
      variable: context.variable('OMS_REGION'),
      functionName: context.functionName,
      functionVersion: context.functionVersion,
      packageName: context.packageName,
      projectId: context.projectId,
      alias: context.alias,
      temporaryCredentials: context.temporaryCredentials,
      token: context.token,
      forMiddy: context.getRemainingTimeInMillis?.(),
    }).toEqual({
      requestId: 'r-1',
      remainingTime: 1234,
      variable: 'cn-north-4',
      functionName: 'function-1',
      functionVersion: 'latest',
      packageName: 'default',
      projectId: 'p-1',
      alias: 'live',
      temporaryCredentials: {
        accessKey: 'TEMPORARYACCESSKEY',
        secretKey: 'temporary-secret-key',
        securityToken: 'temporary-security-token',
      },
      token: 'agency-iam-token',
      forMiddy: 1234,
    });
  });

  it.each([undefined, null, {}, 'text', 42, { getUserData: 'not a function' }])('tolerates %o as a context', (raw) => {
    const context = new RuntimeContext(raw);

    expect(context.requestId).toBeUndefined();
    expect(context.variable('OMS_REGION')).toBeUndefined();
    expect(context.temporaryCredentials).toBeUndefined();
    expect(context.projectId).toBeUndefined();
    expect(context.remainingTime).toBe(Number.POSITIVE_INFINITY);
    expect(context.getRemainingTimeInMillis).toBeUndefined();
  });

  it('treats a method that throws as one that does not know', () => {
    const context = new RuntimeContext({
      getProjectID: () => {
        throw new Error('no project');
      },
    });

    expect(context.projectId).toBeUndefined();
  });

  it('calls methods with the platform context as this', () => {
    const context = new RuntimeContext({
      project: 'p-7',
      getProjectID(this: { project: string }) {
        return this.project;
      },
    });

    expect(context.projectId).toBe('p-7');
  });

  it('takes an empty variable for an absent one', () => {
    expect(
      new RuntimeContext(fakeContext({ variables: { OMS_ENDPOINT: '' } })).variable('OMS_ENDPOINT'),
    ).toBeUndefined();
  });

  it('has no temporary credentials when one of the three parts is empty', () => {
    expect(new RuntimeContext(fakeContext({ securityToken: '' })).temporaryCredentials).toBeUndefined();
    expect(new RuntimeContext(fakeContext({ secretKey: '' })).temporaryCredentials).toBeUndefined();
    expect(new RuntimeContext(fakeContext({ accessKey: '' })).temporaryCredentials).toBeUndefined();
  });

  it('asks the platform again on every read', () => {
    let remaining = 900;
    let key = 'first';
    const context = new RuntimeContext({
      ...fakeContext({ remaining: () => remaining }),
      getSecurityAccessKey: () => key,
    });
    expect(context.temporaryCredentials?.accessKey).toBe('first');

    remaining = 300;
    key = 'second';

    expect(context.remainingTime).toBe(300);
    expect(context.getRemainingTimeInMillis?.()).toBe(300);
    expect(context.temporaryCredentials?.accessKey).toBe('second');
  });

  it('never gives middy a time that setTimeout would take for zero', () => {
    const context = new RuntimeContext(fakeContext({ remaining: 2 ** 40 }));

    expect(context.getRemainingTimeInMillis?.()).toBe(2 ** 31 - 1);
  });

  it('reads a time that the platform writes as text', () => {
    const context = new RuntimeContext({ getRemainingTimeInMilliSeconds: () => '750' });

    expect(context.remainingTime).toBe(750);
  });
});
