import { ApiError, RefusedError } from '../errors.ts';
import { PACKAGE, versionUrn } from '../naming.ts';
import type { DeployTarget } from '../types.ts';
import type { Success } from './call.ts';
import { CALL_LIMITS } from './limits.ts';
import { Requests } from './requests.ts';
import {
  aliasList,
  asyncConfig,
  functionConfig,
  functionPage,
  logLocation,
  publishedVersion,
  triggerList,
  versionPage,
  type WireAlias,
  type WireAsyncConfig,
  type WireConfig,
  type WireTrigger,
  type WireVersion,
} from './wire.ts';

/** Body of a request, in the API's own names. */
export type WireBody = Readonly<Record<string, unknown>>;

/** Texts that must not be in an error. */
export interface Confidential {
  readonly secrets: readonly string[];
}

/**
 * FunctionGraph's operations that a deployment needs, one method each. Every method throws what `Caller.call` throws,
 * and MalformedAnswerError for an answer of another shape.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0100.html
 */
export class FunctionGraphClient {
  readonly #requests: Requests;

  /** @param signal stops between two calls */
  constructor(target: DeployTarget, signal?: AbortSignal) {
    this.#requests = new Requests(target, signal);
  }

  /** Names of all functions of the package, sorted. functiongraph_06_0101 */
  async listFunctions(): Promise<{ readonly name: string; readonly urn: string }[]> {
    const found = await this.#requests.pages(
      'ListFunctions',
      ['functions'],
      functionPage,
      ({ functions }) => functions ?? [],
      (one) => `${one.package}:${one.func_name}`,
    );
    return found
      .filter((one) => one.package === PACKAGE || one.package === '')
      .map((one) => ({ name: one.func_name, urn: one.func_urn }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Undefined where there is no such function, version or alias. functiongraph_06_0106 */
  async showConfig(urn: string): Promise<WireConfig | undefined> {
    return this.#requests.find({ operation: 'ShowFunctionConfig', path: ['functions', urn, 'config'] }, functionConfig);
  }

  /**
   * Creates a function with its code. Repeatable, because a second one of its name is refused. functiongraph_06_0102
   *
   * @throws RefusedError FSS.1061 where there is one, and this call has not made it
   */
  async createFunction(body: WireBody, { secrets }: Confidential): Promise<void> {
    await this.#requests.once('FSS.1061', {
      operation: 'CreateFunction',
      method: 'POST',
      path: ['functions'],
      body,
      repeatable: true,
      timeout: CALL_LIMITS.uploadTimeout,
      secrets,
    });
  }

  /** @returns false where the service has exactly this code (FSS.0409). functiongraph_06_0105 */
  async updateCode(urn: string, body: WireBody): Promise<boolean> {
    try {
      await this.#requests.call({
        operation: 'UpdateFunctionCode',
        method: 'PUT',
        path: ['functions', urn, 'code'],
        body,
        repeatable: true,
        timeout: CALL_LIMITS.uploadTimeout,
      });
      return true;
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'FSS.0409') return false;
      throw error;
    }
  }

  /** functiongraph_06_0107 */
  async updateConfig(urn: string, body: WireBody, { secrets }: Confidential): Promise<void> {
    await this.#requests.call({
      operation: 'UpdateFunctionConfig',
      method: 'PUT',
      path: ['functions', urn, 'config'],
      body,
      repeatable: true,
      secrets,
    });
  }

  /**
   * Removes a function with all its versions, aliases and triggers. No error where there is none.
   *
   * @param urn without a version or alias
   */
  async deleteFunction(urn: string): Promise<void> {
    await this.#requests.remove({ operation: 'DeleteFunction', path: ['functions', urn] });
  }

  /**
   * Removes one published version, with its triggers and every alias that names it. No error where there is none.
   *
   * @param version never empty and never `latest`: that URN would mean the whole function
   */
  async deleteVersion(urn: string, version: string): Promise<void> {
    if (version === '' || version === 'latest') throw new TypeError('a published version has a name');
    await this.#requests.remove({ operation: 'DeleteFunction', path: ['functions', versionUrn(urn, version)] });
  }

  /** Published versions, newest first; `latest` is not one. Empty where there is no function. functiongraph_06_0111 */
  async listVersions(urn: string): Promise<WireVersion[]> {
    const found = await this.#requests.pages(
      'ListFunctionVersions',
      ['functions', urn, 'versions'],
      versionPage,
      (page) => (page.versions ?? []).map((one): WireVersion => one),
      ({ version }) => version,
    );
    return found
      .filter(({ version }) => version !== 'latest')
      .sort((one, other) => compare(other.last_modified, one.last_modified) || compare(other.version, one.version));
  }

  /**
   * Publishes the latest code and configuration under a name. Repeatable, for a name is taken only once.
   *
   * @returns the version's name; undefined where nothing changed since the last one (FSS.1016). functiongraph_06_0112
   */
  async publishVersion(urn: string, version: string, description: string): Promise<string | undefined> {
    try {
      const success = await this.#requests.once('FSS.1062', {
        operation: 'CreateFunctionVersion',
        method: 'POST',
        path: ['functions', urn, 'versions'],
        body: { version, description },
        repeatable: true,
      });
      return success ? this.#requests.read('CreateFunctionVersion', success, publishedVersion).version : version;
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'FSS.1016') return undefined;
      throw error;
    }
  }

  /** Empty where there is no function. functiongraph_06_0116 */
  async listAliases(urn: string): Promise<WireAlias[]> {
    const call = { operation: 'ListVersionAliases', path: ['functions', urn, 'aliases'] };
    return (await this.#requests.find(call, aliasList)) ?? [];
  }

  /** Repeatable, for a name is taken only once. functiongraph_06_0113 */
  async createAlias(urn: string, name: string, version: string): Promise<void> {
    await this.#requests.once('FSS.1063', {
      operation: 'CreateVersionAlias',
      method: 'POST',
      path: ['functions', urn, 'aliases'],
      body: { name, version },
      repeatable: true,
    });
  }

  /**
   * Moves the alias to another version. functiongraph_06_0115
   *
   * @param change.description kept where it is left out
   * @param change.weighted whether part of its traffic went elsewhere, which then ends
   */
  async updateAlias(
    urn: string,
    name: string,
    change: { readonly version: string; readonly description?: string; readonly weighted?: boolean },
  ): Promise<void> {
    const { version, description, weighted = false } = change;
    await this.#requests.call({
      operation: 'UpdateVersionAlias',
      method: 'PUT',
      path: ['functions', urn, 'aliases', name],
      body: {
        version,
        ...(description === undefined ? {} : { description }),
        ...(weighted ? { additional_version_weights: {} } : {}),
      },
      repeatable: true,
    });
  }

  /** Undefined where none was ever set. functiongraph_06_0140 */
  async showAsyncConfig(urn: string): Promise<WireAsyncConfig | undefined> {
    return this.#requests.find(
      { operation: 'ShowFunctionAsyncInvokeConfig', path: ['functions', urn, 'async-invoke-config'] },
      asyncConfig,
    );
  }

  /** functiongraph_06_0142 */
  async updateAsyncConfig(urn: string, body: WireBody): Promise<void> {
    await this.#requests.call({
      operation: 'UpdateFunctionAsyncInvokeConfig',
      method: 'PUT',
      path: ['functions', urn, 'async-invoke-config'],
      body,
      repeatable: true,
    });
  }

  /** Lists each trigger once: a second one would be deleted. Empty without a function or alias. functiongraph_06_0119 */
  async listTriggers(urn: string): Promise<WireTrigger[]> {
    const call = { operation: 'ListFunctionTriggers', path: ['triggers', urn] };
    const found = (await this.#requests.find(call, triggerList)) ?? [];
    return [...new Map(found.map((one) => [one.trigger_id, one])).values()];
  }

  /** Creates a trigger. Not repeatable: a second one of most types would be another trigger. functiongraph_06_0121 */
  async createTrigger(urn: string, body: WireBody, { secrets }: Confidential): Promise<void> {
    await this.#requests.call({
      operation: 'CreateFunctionTrigger',
      method: 'POST',
      path: ['triggers', urn],
      body,
      repeatable: false,
      secrets,
    });
  }

  /** @param status ACTIVE or DISABLED. functiongraph_06_0123 */
  async updateTriggerStatus(urn: string, { trigger_type_code, trigger_id }: TriggerId, status: string): Promise<void> {
    await this.#requests.call({
      operation: 'UpdateTrigger',
      method: 'PUT',
      path: ['triggers', urn, trigger_type_code, trigger_id],
      body: { trigger_status: status },
      repeatable: true,
    });
  }

  /**
   * Asks for a deletion, which may take some time. A missing trigger is no error. The service then answers FSS.0500, as
   * for much else, so a failure without a clearer code is followed by a look at the list. functiongraph_06_0120
   */
  async deleteTrigger(urn: string, { trigger_type_code, trigger_id }: TriggerId): Promise<void> {
    try {
      await this.#requests.remove({
        operation: 'DeleteFunctionTrigger',
        path: ['triggers', urn, trigger_type_code, trigger_id],
      });
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== undefined && error.status < 500)) throw error;
      const left = await this.listTriggers(urn).catch(() => undefined);
      if (left === undefined || left.some((one) => one.trigger_id === trigger_id)) throw error;
    }
  }

  /** @param urn without a qualifier: the triggers of every version and alias. functiongraph_06_0118 */
  async deleteAllTriggers(urn: string): Promise<void> {
    await this.#requests.remove({ operation: 'BatchDeleteFunctionTriggers', path: ['triggers', urn] });
  }

  /**
   * Runs a function and waits for its answer. The call is never sent twice where the function may have run.
   *
   * @param timeout milliseconds
   * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0125.html
   */
  invoke(urn: string, event: unknown, timeout: number): Promise<Success> {
    return this.#requests.call({
      operation: 'InvokeFunction',
      carriesResult: true,
      method: 'POST',
      path: ['functions', urn, 'invocations'],
      // v1: the answer's body is JSON with result, log and request_id.
      headers: { 'x-cff-log-type': 'tail', 'x-cff-request-version': 'v1' },
      body: event,
      repeatable: false,
      timeout,
    });
  }

  /** functiongraph_06_0126 */
  invokeAsync(urn: string, event: unknown): Promise<Success> {
    return this.#requests.call({
      operation: 'AsyncInvokeFunction',
      method: 'POST',
      path: ['functions', urn, 'invocations-async'],
      body: event,
      repeatable: false,
    });
  }

  /** Finds the function's output in LTS; undefined where there is no such function. functiongraph_06_0130 */
  showLogLocation(urn: string): Promise<{ readonly group_id: string; readonly stream_id: string } | undefined> {
    return this.#requests.find(
      { operation: 'ShowLtsLogDetails', path: ['functions', urn, 'lts-log-detail'] },
      logLocation,
    );
  }
}

type TriggerId = Pick<WireTrigger, 'trigger_type_code' | 'trigger_id'>;

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
