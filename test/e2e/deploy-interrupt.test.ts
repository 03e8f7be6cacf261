import { expect, it } from 'vitest';
import { interruptDeployments } from '../helpers/deploy/interruptions.ts';

it('converges on the local FunctionGraph after interruptions along a deployment', async () => {
  // Every call is interrupted in deploy-interrupt.slow.test.ts, and against a model in test/unit/deploy.
  const count = await interruptDeployments((call, fate) => call % 20 === (fate === 'after' ? 9 : 19));
  expect(count).toBeGreaterThanOrEqual(2);
}, 60_000);
