import { expect, it } from 'vitest';
import { interruptDeployments } from '../helpers/deploy/interruptions.ts';

it('converges on the local FunctionGraph after interruptions along a deployment', async () => {
  // Every call is interrupted in deploy-interrupt.slow.test.ts, and against a model in test/unit/deploy.
  const count = await interruptDeployments((call, fate) => call % 16 === (fate === 'after' ? 7 : 15));
  expect(count).toBeGreaterThanOrEqual(3);
}, 60_000);
