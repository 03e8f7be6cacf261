import { expect, it } from 'vitest';
import { interruptDeployments } from '../helpers/deploy/interruptions.ts';

it('converges on the local FunctionGraph after an interruption at any call, before it arrived and after', async () => {
  expect(await interruptDeployments(() => true)).toBeGreaterThanOrEqual(60);
}, 600_000);
