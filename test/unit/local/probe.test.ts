import { describe, expect, it } from 'vitest';
import type { ExecutionResult, FunctionGraph } from '../../../scripts/local/functiongraph/server.ts';
import { probe, UnusableFunctionError } from '../../../scripts/local/probe.ts';
import type { FunctionConfig } from '../../../scripts/serverless/config.ts';

const config = (events: FunctionConfig['events']): FunctionConfig => ({
  name: 'f',
  handler: 'index.handler',
  package: { artifact: 'f.zip' },
  runtime: 'Node.js20.15',
  memorySize: 256,
  timeout: 60,
  environment: {},
  encryptedEnvironment: {},
  async: { maxRetries: 1, maxEventAge: 3600 },
  events,
});
const HTTP = config([{ apig: { method: 'GET', path: '/x', auth: 'APP' } }]);
const EVENT = config([]);

const answering = (result: Partial<ExecutionResult>): FunctionGraph =>
  ({ invoke: async () => ({ requestId: 'r', duration: 1, cold: true, ...result }) }) as unknown as FunctionGraph;

describe('probe', () => {
  it('accepts a function that answers, whatever it says about the request', async () => {
    const host = answering({ outcome: 'success', payload: '{"statusCode":404}' });
    await expect(probe(host, 'f', HTTP, () => undefined)).resolves.toBeUndefined();
    await expect(probe(host, 'f', EVENT, () => undefined)).resolves.toBeUndefined();
  });

  it('names the function and what it has logged when it answers that it is not configured', async () => {
    const host = answering({ outcome: 'success', payload: '{"statusCode":500}' });
    const attempt = probe(host, 'f', HTTP, () => 'OMS_REGION is missing');
    await expect(attempt).rejects.toThrow(UnusableFunctionError);
    await expect(attempt).rejects.toThrow('f cannot run: OMS_REGION is missing');
  });

  it('names the function and its error when it throws or cannot be loaded', async () => {
    const error = { errorMessage: 'index.nope is not a function', errorType: 'Error', stackTrace: [] };
    const host = answering({ outcome: 'error', code: 4001, error, payload: '' } as Partial<ExecutionResult>);
    await expect(probe(host, 'f', EVENT, () => undefined)).rejects.toThrow(
      'f cannot run: index.nope is not a function',
    );
  });

  it('invokes with an event that changes nothing', async () => {
    const events: unknown[] = [];
    const host = {
      invoke: async (_: string, event: unknown) => {
        events.push(event);
        return { outcome: 'success', payload: '{"statusCode":404}' };
      },
    } as unknown as FunctionGraph;
    await probe(host, 'f', HTTP, () => undefined);
    await probe(host, 'f', EVENT, () => undefined);
    await probe(host, 'redrive', HTTP, () => undefined);
    expect(events).toEqual([
      expect.objectContaining({ httpMethod: 'GET', path: '/' }),
      { Records: [] },
      { dry_run: true, limit: 1 },
    ]);
  });
});
