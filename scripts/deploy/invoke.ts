import * as z from 'zod/mini';
import { secretsOf } from '#shared/http/key-pair.ts';
import { conceal } from './client/conceal.ts';
import { FunctionGraphClient } from './client/functiongraph.ts';
import { CALL_LIMITS } from './client/limits.ts';
import { invocation, queuedInvocation } from './client/wire.ts';
import { DeployError } from './errors.ts';
import { aliasUrn, functionName, functionUrn, LIVE, versionUrn } from './naming.ts';
import { readResult } from './result.ts';
import type { InvokeOptions, InvokeResult } from './types.ts';

/** Milliseconds that an invocation may take longer than its function, for the way there and back. */
const MARGIN = 10_000;

/**
 * Invokes a deployed function through the alias that serves, or a version. Is never sent twice where it may have run.
 *
 * @throws RefusedError where the function could not be run; a function that fails, or answers 4xx or 5xx, is a result
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0125.html
 */
export async function invokeFunction(options: InvokeOptions & { readonly alias?: string }): Promise<InvokeResult> {
  const { service, stage, target, key, event, alias = LIVE } = options;
  const client = new FunctionGraphClient(target);
  const base = functionUrn(target, functionName(service, stage, key));
  const urn = await qualifiedUrn(client, base, options.qualifier ?? alias, alias);
  if (options.async) {
    const { status, json, requestId } = await client.invokeAsync(urn, event);
    const queued = z.safeParse(queuedInvocation, json);
    return {
      requestId: queued.success && queued.data.request_id !== '' ? queued.data.request_id : requestId,
      status,
      result: undefined,
      failed: false,
      log: undefined,
    };
  }
  const timeout = options.timeout ?? (await ownTimeout(client, base, key)) + MARGIN;
  const { status, json, text, requestId, headers } = await client.invoke(urn, event, timeout);
  const answer = z.safeParse(invocation, json);
  // 0 is no error.
  const broken = headers['x-is-func-err'] === 'true' || String(headers['x-func-err-code'] ?? 0) !== '0';
  const known = answer.success && answer.data.result !== undefined ? answer.data : undefined;
  const { result, failed } = readResult(known ? known.result : (json ?? text), (body) =>
    conceal(body, secretsOf(target.credentials())),
  );
  return {
    requestId: known?.request_id || requestId,
    status,
    result,
    failed: broken || failed || (known?.status !== undefined && known.status !== 200),
    log: known?.log || undefined,
  };
}

/** Aliases have URNs of their own form, and `latest` is neither. */
async function qualifiedUrn(
  client: FunctionGraphClient,
  urn: string,
  qualifier: string,
  alias: string,
): Promise<string> {
  if (qualifier === alias) return aliasUrn(urn, alias);
  if (qualifier === 'latest') return urn;
  const aliases = await client.listAliases(urn);
  return aliases.find(({ name }) => name === qualifier)?.alias_urn ?? versionUrn(urn, qualifier);
}

async function ownTimeout(client: FunctionGraphClient, urn: string, key: string): Promise<number> {
  const config = await client.showConfig(urn);
  if (!config) throw new DeployError('Deploy.UnknownFunction', `The function ${key} is not deployed.`);
  return config.timeout === undefined ? CALL_LIMITS.timeout : config.timeout * 1000;
}
