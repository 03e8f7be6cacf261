import type { FunctionConfig } from '../../serverless/config.ts';

/** What this plugin uses of osls, whose own types know AWS alone. */
export interface Framework {
  readonly service: {
    readonly functions?: Readonly<Record<string, FunctionConfig>>;
  };
  /** serverless.yml with its variables resolved, once `initialize` runs. */
  readonly configurationInput: unknown;
  readonly processedInput: { readonly command: string; readonly isHelpRequest: boolean };
  readonly configSchemaHandler: {
    defineProvider(name: string, schemas: { readonly provider: unknown; readonly function: unknown }): void;
    defineFunctionEvent(provider: string, name: string, schema: unknown): void;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  setProvider(name: string, provider: unknown): void;
}

export type FrameworkOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A command as the framework wants it declared. */
export interface FrameworkCommand {
  readonly usage: string;
  readonly lifecycleEvents?: readonly string[];
  readonly options?: Readonly<
    Record<
      string,
      { readonly usage: string; readonly type: 'string' | 'boolean' | 'multiple'; readonly shortcut?: string }
    >
  >;
  commands?: Record<string, FrameworkCommand>;
}
