'use strict';
/**
 * Where FunctionGraph puts an asynchronous invocation that it gives up: `async.onFailure` of a function.
 *
 * The service's own names are OBS, SMN, DIS and FunctionGraph (`destination` of UpdateFunctionAsyncInvokeConfig); each
 * takes parameters of its own. The framework words the errors of a union of schemas so that nobody understands them,
 * so one schema lists every parameter, and `problemsOf` says which belong to which.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
const PARAMETERS = {
  OBS: { required: ['bucket', 'prefix'], optional: ['expires'] },
  SMN: { required: ['topicUrn'], optional: [] },
  DIS: { required: ['streamName'], optional: [] },
  FunctionGraph: { required: ['function'], optional: [] },
};

const text = { type: 'string', minLength: 1 };

const schema = {
  type: 'object',
  properties: {
    type: { enum: Object.keys(PARAMETERS) },
    bucket: text,
    // Of the objects' names; a folder, so that a listing of one function's documents holds no other's.
    prefix: text,
    // Days after which OBS removes a document; 0: never.
    expires: { type: 'integer', minimum: 0, maximum: 365 },
    topicUrn: text,
    streamName: text,
    // Key of a function of this file, or a URN.
    function: text,
  },
  required: ['type'],
  additionalProperties: false,
};

/**
 * What the schema cannot say.
 *
 * @param functions by key, resolved
 * @returns one sentence per mistake, naming function and field
 */
function problemsOf(functions) {
  return Object.entries(functions).flatMap(([key, fn]) => {
    const destination = fn.async?.onFailure;
    if (!destination) return [];
    const field = `functions.${key}.async.onFailure`;
    const problems = parameterProblems(destination).map((problem) => `${field}${problem}`);
    if (problems.length > 0) return problems;
    if (destination.type === 'OBS') return obsProblems(destination, functions).map((problem) => `${field}${problem}`);
    if (destination.type === 'FunctionGraph') return functionProblems(key, destination.function, functions, field);
    return [];
  });
}

function parameterProblems({ type, ...given }) {
  const { required, optional } = PARAMETERS[type];
  const missing = required.filter((name) => given[name] === undefined);
  const foreign = Object.keys(given).filter((name) => ![...required, ...optional].includes(name));
  return [
    ...missing.map((name) => `.${name} is missing: ${type} needs ${required.join(' and ')}`),
    ...foreign.map(
      (name) => `.${name} is not a parameter of ${type}, which takes ${[...required, ...optional].join(', ')}`,
    ),
  ];
}

function obsProblems({ bucket, prefix }, functions) {
  // How the service joins the prefix and the rest of the name is not documented; this form leaves no doubt.
  if (prefix.startsWith('/') || !prefix.endsWith('/'))
    return [`.prefix is ${JSON.stringify(prefix)}: it must end with / and not begin with one`];
  return Object.entries(functions).flatMap(([watcher, { events = [] }]) =>
    events.flatMap((event) => {
      const watched = event.eventgrid ?? event.obs;
      if (watched?.bucket !== bucket) return [];
      const { prefix: scope = '' } = watched;
      if (!prefix.startsWith(scope) && !scope.startsWith(prefix)) return [];
      const whole = scope === '' ? `all of bucket ${bucket}` : `${scope} of bucket ${bucket}`;
      return [
        `.prefix is ${JSON.stringify(prefix)}, but ${watcher} is triggered by ${whole}: ` +
          'the document of a failure would be an upload to replicate, and its failure another one, without end',
      ];
    }),
  );
}

function functionProblems(key, target, functions, field) {
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

module.exports = { schema, problemsOf };
