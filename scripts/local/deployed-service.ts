import { type LocalCloud, localEnvironment } from '../deploy/local-environment.ts';
import { policiesOf } from '../deploy/permissions/policies.ts';
import type { ServerlessConfig } from '../serverless/config.ts';
import { loadServerless } from '../serverless/load.ts';
import type { Accounts } from './accounts.ts';
import { runDeployment } from './deployment.ts';
import type { FunctionGraph } from './functiongraph/server.ts';
import { redeploy } from './redeploy.ts';

interface DeployedServiceOptions {
  readonly cloud: LocalCloud;
  readonly accounts: Accounts;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Deploys what serverless.yml declares to the local cloud, as a user does. */
export class DeployedService {
  readonly #options: DeployedServiceOptions;
  /** Keys in serverless.yml by the names that functions have in the cloud. */
  readonly #keys = new Map<string, string>();
  #config: ServerlessConfig | undefined;
  #routes = '[]';

  constructor(options: DeployedServiceOptions) {
    this.#options = options;
  }

  get config(): ServerlessConfig {
    if (!this.#config) throw new Error('Nothing is deployed yet');
    return this.#config;
  }

  keyOf(name: string): string {
    return this.#keys.get(name) ?? name;
  }

  /** Reads serverless.yml and deploys it, with this variable ROUTES or that of before. */
  async deploy(routes = this.#routes): Promise<void> {
    const [declared] = await Promise.all([this.#declare(routes), this.#bring(routes)]);
    this.#config = declared;
    this.#routes = routes;
  }

  /**
   * Deploys the functions that replicate with other routes, through the library alone: serverless.yml has been read.
   */
  async reroute(routes: string): Promise<void> {
    const { cloud, say, signal } = this.#options;
    const routed = Object.entries(this.config.functions).filter(([, { environment }]) => 'ROUTES' in environment);
    const functions = routed.map(([key, fn]) => [key, { ...fn, environment: { ...fn.environment, ROUTES: routes } }]);
    const config = { ...this.config, functions: { ...this.config.functions, ...Object.fromEntries(functions) } };
    const keys = routed.map(([key]) => key);
    this.#permit(config);
    await redeploy(cloud, config, keys, signal);
    this.#config = config;
    this.#routes = routes;
    say(`sync task     route set in ${keys.join(', ')}`);
  }

  /** The host, with the keys of serverless.yml standing for what serves: the version that the alias names. */
  served(host: FunctionGraph): FunctionGraph {
    const { project_id: projectId } = this.#options.cloud;
    const urnOf = (key: string): string | undefined => {
      const { region, alias, functions } = this.config;
      const fn = Object.hasOwn(functions, key) ? functions[key] : undefined;
      return fn && `urn:fss:${region}:${projectId}:function:default:${fn.name}:!${alias}`;
    };
    return { ...host, invoke: (name, event, call) => host.invoke(urnOf(name) ?? name, event, call) };
  }

  async #declare(routes: string): Promise<ServerlessConfig> {
    const { cloud } = this.#options;
    const declared = await loadServerless('local', localEnvironment(cloud, routes));
    for (const [key, { name }] of Object.entries(declared.functions)) this.#keys.set(name, key);
    this.#permit(declared);
    return declared;
  }

  #permit(config: ServerlessConfig): void {
    const agencies = policiesOf(config).map(
      ({ agency, policies }) => [agency, policies.map(({ document }) => document)] as const,
    );
    this.#options.accounts.setAgencies(new Map(agencies));
  }

  async #bring(routes: string): Promise<void> {
    const { cloud, say, signal } = this.#options;
    const { ms, plan } = await runDeployment(localEnvironment(cloud, routes), signal);
    const changed = plan.functions.filter(({ action }) => action !== 'unchanged').length;
    say(`deployment    ${changed} of ${plan.functions.length} functions in ${(ms / 1000).toFixed(1)} s`);
  }
}
