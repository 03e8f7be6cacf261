import { OBS_BUCKET_NAME, OBS_BUCKET_RULE } from '#shared/config/names.ts';
import type { FailureDestination, FunctionConfig } from '../../serverless/config.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { rangeProblem } from './range.ts';
import { type WatchingFunction, watchers } from './watched-buckets.ts';

/** `destination` of UpdateFunctionAsyncInvokeConfig, and the parameters of each. */
const PARAMETERS: Readonly<
  Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  OBS: { required: ['bucket', 'prefix'], optional: ['expires'] },
  SMN: { required: ['topicUrn'], optional: [] },
  DIS: { required: ['streamName'], optional: [] },
  FunctionGraph: { required: ['function'], optional: [] },
};

type Functions = Readonly<Record<string, WatchingFunction & { readonly async?: Partial<FunctionConfig['async']> }>>;

/**
 * Where FunctionGraph puts an asynchronous invocation that it gives up: `async.onFailure`.
 *
 * @param functions by key
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
export function failureDestinationProblems(functions: Functions): string[] {
  return Object.entries(functions).flatMap(([key, fn]) => {
    const destination = fn.async?.onFailure;
    if (!destination) return [];
    const field = `functions.${key}.async.onFailure`;
    const problems = parameterProblems(destination);
    if (problems.length > 0) return problems.map((problem) => `${field}${problem}`);
    if (destination.type === 'OBS') return obsProblems(destination, functions).map((problem) => `${field}${problem}`);
    if (destination.type === 'FunctionGraph') return functionProblems(key, destination.function, functions, field);
    return [];
  });
}

function parameterProblems(destination: FailureDestination): string[] {
  const { type, ...given } = destination;
  const known = PARAMETERS[type];
  if (!known) return [`.type is ${type}: it must be ${Object.keys(PARAMETERS).join(', ')}`];
  const names = [...known.required, ...known.optional];
  const fields = given as Readonly<Record<string, unknown>>;
  const missing = known.required.filter(
    (name) => fields[name] === undefined || (fields[name] === '' && name !== 'bucket'),
  );
  const foreign = Object.keys(fields).filter((name) => !names.includes(name));
  const expires =
    fields['expires'] === undefined ? undefined : rangeProblem(fields['expires'], DEPLOY_LIMITS.expires, 'days');
  return [
    ...missing.map((name) => `.${name} is missing: ${type} needs ${known.required.join(' and ')}`),
    ...foreign.map((name) => `.${name} is not a parameter of ${type}, which takes ${names.join(', ')}`),
    ...(expires && type === 'OBS' ? [`.expires ${expires}`] : []),
  ];
}

type ObsDestination = Extract<FailureDestination, { readonly type: 'OBS' }>;

function obsProblems({ bucket, prefix }: ObsDestination, functions: Functions): string[] {
  // Empty where the environment names none: a deployment says so.
  if (bucket !== '' && !OBS_BUCKET_NAME.test(bucket))
    return [`.bucket is ${JSON.stringify(bucket)}, which is no name of a bucket: ${OBS_BUCKET_RULE}`];
  // It is written into the policy of the agency, and means other names there.
  if (/[*?$]/.test(prefix)) return [`.prefix is ${JSON.stringify(prefix)}: it must be a prefix, without *, ? and $`];
  // How the service joins the prefix and the rest of the name is not documented; this form leaves no doubt.
  if (prefix.startsWith('/') || !prefix.endsWith('/'))
    return [`.prefix is ${JSON.stringify(prefix)}: it must end with / and not begin with one`];
  return watchers(functions, bucket, prefix).map(
    ({ key, whole }) =>
      `.prefix is ${JSON.stringify(prefix)}, but ${key} is triggered by ${whole}: ` +
      'the document of a failure would be an upload to replicate, and its failure another one, without end',
  );
}

function functionProblems(key: string, target: string, functions: Functions, field: string): string[] {
  const known = target.startsWith('urn:fss:') || Object.hasOwn(functions, target);
  if (!known) return [`${field}.function is ${target}, which is neither a function of this file nor a URN`];
  if (target === key) return [`${field}.function is the function itself, which would never end`];
  const back = functions[target]?.async?.onFailure;
  // The vendor warns of it: "To avoid cyclic invocation, do not set two functions as asynchronous execution targets of
  // each other."
  if (back?.type === 'FunctionGraph' && back.function === key)
    return [`${field}.function is ${target}, whose own failures go to ${key}: that would never end`];
  return [];
}
