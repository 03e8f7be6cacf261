import { readFileSync } from 'node:fs';
import { configOf, type ResolvedFile } from '../../serverless/resolved.ts';
import { findCommand } from '../commands/definitions.ts';
import { checkService } from '../guard-rails/check-service.ts';
import { environmentNameProblems } from '../guard-rails/environment-names.ts';
import type { Framework, FrameworkCommand, FrameworkOptions } from './framework.ts';
import { frameworkCommands, hookNames, hookOf } from './framework-commands.ts';
import { loadBuild, loadCommands, loadFramework } from './modules.ts';
import { EVENT_SCHEMAS, FUNCTION_SCHEMA, PROVIDER_SCHEMA } from './schema.ts';

/**
 * osls provider plugin `huawei`: teaches the framework the provider, function and event properties of FunctionGraph, and
 * its commands. The work is done by the library beside it (scripts/deploy); this is the command line.
 */
export class HuaweiProvider {
  readonly commands: Readonly<Record<string, FrameworkCommand>> = frameworkCommands();
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly #framework: Framework;
  readonly #options: FrameworkOptions;
  readonly #built: Promise<void>;

  static getProviderName(): string {
    return 'huawei';
  }

  constructor(framework: Framework, options: FrameworkOptions) {
    this.#framework = framework;
    this.#options = options;
    framework.setProvider('huawei', this);
    const { configSchemaHandler } = framework;
    configSchemaHandler.defineProvider('huawei', { provider: PROVIDER_SCHEMA, function: FUNCTION_SCHEMA });
    for (const [name, schema] of Object.entries(EVENT_SCHEMAS))
      configSchemaHandler.defineFunctionEvent('huawei', name, schema);
    this.#built = this.#build();
    // Whoever needs it waits for it later, and is told then.
    this.#built.catch(() => {});
    this.hooks = {
      // Before any command, and after the schema has passed.
      initialize: async () => {
        loadFramework().resolved();
        this.#check();
      },
      ...Object.fromEntries(hookNames().map((name) => [hookOf(name), () => this.#run(name)])),
    };
  }

  /** Begins while the framework still resolves variables. */
  async #build(): Promise<void> {
    const { command, isHelpRequest } = this.#framework.processedInput;
    if (isHelpRequest || !findCommand(command)?.bundles) return;
    const { buildIfStale } = loadBuild();
    await buildIfStale();
  }

  #check(): void {
    const { command } = this.#framework.processedInput;
    // The runner's working folder is that of the file.
    const file = readFileSync('serverless.yml', 'utf8');
    const problems = [
      ...environmentNameProblems(process.env, file, command !== 'print'),
      ...checkService(this.#config()),
    ];
    if (problems.length === 0) return;
    const { Error: FrameworkError } = this.#framework.classes;
    throw new FrameworkError(`Configuration error:\n${problems.join('\n')}`, 'OMS_SYNC_CONFIGURATION');
  }

  #config() {
    return configOf(this.#framework.configurationInput as ResolvedFile);
  }

  async #run(name: string): Promise<void> {
    const { runToExitCode } = loadCommands();
    const code = await runToExitCode(name, {
      config: this.#config(),
      options: this.#options,
      env: process.env,
      built: this.#built,
      output: process.stdout,
      notes: process.stderr,
    });
    if (code !== 0) process.exitCode = code;
  }
}
