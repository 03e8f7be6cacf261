import { AppError, type Problem } from '#shared/errors/base.ts';
import { type Variable, VariableProblem } from './variable.ts';

/** Every variable that is missing or wrong, each with its hint. Holds no value. */
export class ConfigurationError extends AppError {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly Problem[]) {
    const lines = problems.map((problem) => `${problem.path} ${problem.message}`);
    super(500, 'OmsSync.Configuration', `The function's variables are wrong: ${lines.join('; ')}`, {
      details: problems,
    });
  }

  override get publicMessage(): string {
    return 'The function is not configured correctly. See the function log.';
  }
}

// biome-ignore lint/suspicious/noExplicitAny: Variable<T> is used for its T alone; no other type accepts every T.
export type VariableSet = Readonly<Record<string, Variable<any>>>;

export type ConfigOf<S extends VariableSet> = { readonly [Name in keyof S]: ReturnType<S[Name]['read']> };

/**
 * Reads every variable of a set.
 *
 * @param variables by the name that the code uses
 * @param lookUp the text of a variable; undefined where it is absent or empty
 * @param check problems that concern more than one variable; called only when each alone is right
 * @throws ConfigurationError listing every problem at once
 */
export function readConfig<S extends VariableSet>(
  variables: S,
  lookUp: (name: string) => string | undefined,
  check?: (config: ConfigOf<S>) => readonly Problem[],
): ConfigOf<S> {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [field, variable] of Object.entries(variables)) {
    try {
      values[field] = variable.read(lookUp(variable.name));
    } catch (error) {
      if (!(error instanceof VariableProblem)) throw error;
      problems.push(...problemsOf(variable, error));
    }
  }
  const config = values as ConfigOf<S>;
  if (problems.length === 0 && check) problems.push(...check(config));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return config;
}

function problemsOf(variable: Variable<unknown>, problem: VariableProblem): Problem[] {
  if (problem.details.length === 0)
    return [{ path: variable.name, rule: problem.rule, message: `${problem.message} (${variable.hint})` }];
  return problem.details.map(({ path, rule, message }) => {
    const subject = path === '' ? variable.name : path;
    const predicate = message.startsWith(`${subject} `) ? message.slice(subject.length + 1) : message;
    return {
      path: path === '' || path.startsWith('[') ? `${variable.name}${path}` : `${variable.name}.${path}`,
      rule,
      message: `${predicate} (${variable.hint})`,
    };
  });
}
