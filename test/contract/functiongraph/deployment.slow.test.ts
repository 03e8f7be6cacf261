import { expect, it } from 'vitest';
import { applyPlan } from '../../../scripts/deploy/apply/apply-plan.ts';
import { planDeployment } from '../../../scripts/deploy/plan/plan-deployment.ts';
import type { DeployPlan, DeployTarget } from '../../../scripts/deploy/types.ts';
import type { FunctionEvent, ServerlessConfig } from '../../../scripts/serverless/config.ts';
import { artifacts, EVENTS, fn, service, writeCode } from '../../helpers/deploy/world.ts';
import { type Cloud, KEYS, startCloud, waitFor } from './cloud.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, send } from './start.ts';

const key = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };

function targetOf({ started }: Cloud, region: string): DeployTarget {
  return { endpoint: started.fg.url, region, projectId: PROJECT_ID, credentials: () => key };
}

async function deployTo(cloud: Cloud, root: string, config: ServerlessConfig): Promise<DeployPlan> {
  const target = targetOf(cloud, config.region);
  const plan = await planDeployment({ config, target, root });
  const { functions } = await applyPlan(plan, { target });
  for (const { error } of functions) if (error) throw error;
  return plan;
}

const actions = ({ functions }: DeployPlan): string[] =>
  functions.flatMap(({ triggers }) => triggers.map(({ type, action }) => `${type} ${action}`));

it('what a deployment sends is what the service takes, and what it reads is what it has sent, for every type', async () => {
  const region = 'eu-west-101';
  const cloud = await startCloud({ region });
  const root = artifacts({ f: 'f', g: 'g' });
  const events: FunctionEvent[] = [
    EVENTS.eventgrid('source'),
    EVENTS.obs('source', 'in/'),
    EVENTS.timer(),
    EVENTS.apig(),
    EVENTS.kafka(),
    { smn: { topicUrn: `urn:smn:${region}:project:topic` } },
  ];
  const vpc = { vpcId: 'vpc-1', subnetId: 'subnet-1' };
  const shared = service({ f: fn('f', { events, vpc }) }, { region });
  const dedicated = service(
    { f: fn('f', { events, vpc }), g: fn('g', { events: [EVENTS.apig('GET', '/g/{id}')] }) },
    { region, apiGateway: { group: 'g', environment: 'RELEASE', environmentId: 'E', instance: 'gateway-1' } },
  );

  expect(actions(await deployTo(cloud, root, shared))).toEqual(
    ['EVENTGRID', 'OBS', 'TIMER', 'APIG', 'KAFKA', 'SMN'].map((type) => `${type} create`),
  );
  expect(new Set(actions(await deployTo(cloud, root, shared)).map((text) => text.split(' ')[1]))).toEqual(
    new Set(['unchanged']),
  );
  expect(actions(await deployTo(cloud, root, dedicated))).toContain('DEDICATEDGATEWAY create');
  expect(new Set(actions(await deployTo(cloud, root, dedicated)).map((text) => text.split(' ')[1]))).toEqual(
    new Set(['unchanged']),
  );
});

it('deployments that change the trigger of a bucket lose no upload', async () => {
  const cloud = await startCloud();
  const root = artifacts({});
  writeCode(root, 'f', KEYS);
  const PUT = 'OBS:DWR:ObjectCreated:PUT';
  const config = (round: number): ServerlessConfig =>
    service({
      f: fn('f', { events: [EVENTS.eventgrid('source', round % 2 ? [PUT] : [PUT, 'OBS:DWR:ObjectCreated:POST'])] }),
    });
  await deployTo(cloud, root, config(0));
  const keys: string[] = [];
  let deploying = true;
  const uploading = (async () => {
    for (let index = 0; deploying; index++) {
      await cloud.put(`k${index}`);
      keys.push(`k${index}`);
    }
  })();

  for (let round = 1; round <= 5; round++)
    expect(actions(await deployTo(cloud, root, config(round)))).toEqual(['EVENTGRID replace']);
  deploying = false;
  await uploading;

  await waitFor(async () => expect([...new Set(await cloud.seen())].sort()).toEqual([...keys].sort()));
  expect(keys.length).toBeGreaterThan(5);
});

it('a deployment of new code lets no request fail: each is answered by the version before it or by the new one', async () => {
  const cloud = await startCloud();
  const root = artifacts({});
  const write = (version: number): void =>
    writeCode(
      root,
      'f',
      `exports.handler = async (event, context) => ({ statusCode: 200, headers: {}, isBase64Encoded: false, body: '${version}' })`,
    );
  const config = service({
    f: fn('f', { events: [{ apig: { method: 'GET', path: '/version', auth: 'NONE' } }] }),
  });
  write(0);
  await deployTo(cloud, root, config);
  const answers: string[] = [];
  let deploying = true;
  const asking = (async () => {
    while (deploying) {
      const { status, text } = await send('GET', cloud.started.fg.gatewayUrl, '/version');
      answers.push(`${status} ${text}`);
    }
  })();

  for (let version = 1; version <= 3; version++) {
    write(version);
    await deployTo(cloud, root, config);
    const { text } = await send('GET', cloud.started.fg.gatewayUrl, '/version');
    expect(text).toBe(String(version));
  }
  deploying = false;
  await asking;

  expect([...new Set(answers)].every((answer) => /^200 [0-3]$/.test(answer))).toBe(true);
  expect([...answers].sort()).toEqual(answers);
});
