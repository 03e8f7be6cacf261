import { descriptionOf, errorsOf } from './document.ts';
import { ERRORS, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** Sets what the commands read. */
const LOCAL_VARIABLES = [
  'eval "$(jq -r \'@sh "export GATEWAY=\\(.gateway) APP_CODE=\\(.app_code) SYNC_TASK_ID=\\(.sync_task_id)',
  '  export SRC_ACCESS_KEY=\\(.access_key) SRC_SECRET_KEY=\\(.secret_key)',
  `  export DST_ACCESS_KEY=\\(.access_key) DST_SECRET_KEY=\\(.secret_key)"' .local/endpoints.json)"`,
];

/** Shell variables in place of keys: a command line is seen by every user of a computer, what it reads is not. */
const KEY_VARIABLES: Readonly<Record<string, string>> = {
  src_ak: '$SRC_ACCESS_KEY',
  src_sk: '$SRC_SECRET_KEY',
  dst_ak: '$DST_ACCESS_KEY',
  dst_sk: '$DST_SECRET_KEY',
};

/** The HTTP API for readers: each operation with its curl command and its answers, and every error once. */
export function httpApiMarkdown(): string {
  const parts = [
    '# HTTP API',
    '',
    'Written by `npm run docs` from the sources of [openapi.json](../../openapi.json). In the commands, `$GATEWAY` is the address',
    'of the gateway, `$APP_CODE` the AppCode of an app (signed requests work as well) and `$SYNC_TASK_ID` a sync task; the other',
    'variables are the key pairs of its buckets. On the local cloud the commands run as they are, in this order, after `npm start`',
    'and',
    '',
    '```sh',
    ...LOCAL_VARIABLES,
    '```',
    '',
    'Several commands of one operation are alternatives.',
    ...OPERATIONS.flatMap((operation) => ['', ...section(operation)]),
    '',
    '## Errors',
    '',
    'Every error has one form. `details` names each problem of a request and never repeats a value:',
    '',
    '```json',
    JSON.stringify(ERRORS[400].example),
    '```',
    '',
    '| Status | Meaning | Example |',
    '| --- | --- | --- |',
    ...Object.entries(ERRORS).map(
      ([status, { description, example }]) => `| ${status} | ${description} | \`${example.error_code}\` |`,
    ),
  ];
  return `${parts.join('\n')}\n`;
}

function section(operation: Operation): string[] {
  const { method, path, summary, replies } = operation;
  const answers = Object.entries(replies).flatMap(([status, { description, examples }]) => [
    `${status}: ${description}`,
    '',
    '```json',
    ...Object.values(examples).map((example) => JSON.stringify(example)),
    '```',
    '',
  ]);
  return [
    `## ${summary}`,
    '',
    `\`${method.toUpperCase()} ${path}\``,
    '',
    descriptionOf(operation),
    '',
    '```sh',
    ...commands(operation),
    '```',
    '',
    ...answers,
    `Errors: ${errorsOf(operation).join(', ')}.`,
  ];
}

/** One per example of the body; with every parameter that has one. */
function commands({ method, path, parameters, body }: Operation): string[] {
  const values = Object.entries(parameters?.examples ?? {}).map(([name, value]) => [name, String(value)] as const);
  const target = path.replace('{sync_task_id}', '$SYNC_TASK_ID');
  const query = new URLSearchParams(values.filter(([name]) => !path.includes(`{${name}}`)).map(([...pair]) => pair));
  const url = `"$GATEWAY${target}${query.size > 0 ? `?${query}` : ''}"`;
  const curl = `curl -X ${method.toUpperCase()} -H "X-Apig-AppCode: $APP_CODE"`;
  if (!body) return [`${curl} ${url}`];
  return Object.entries(body.examples).flatMap(([name, example]) => [
    ...(Object.keys(body.examples).length > 1 ? [`# ${name}`] : []),
    ...withBody(curl, url, example as object),
  ]);
}

function withBody(curl: string, url: string, example: object): string[] {
  if (!Object.keys(KEY_VARIABLES).some((name) => Object.hasOwn(example, name)))
    return [`${curl} -d '${JSON.stringify(example)}' ${url}`];
  const text = JSON.stringify(example, (name, value) => KEY_VARIABLES[name] ?? value);
  return [`${curl} -d @- ${url} <<JSON`, text, 'JSON'];
}
