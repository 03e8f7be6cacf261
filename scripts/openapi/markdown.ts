import { descriptionOf, errorsOf } from './document.ts';
import { ERRORS, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** The HTTP API for readers: each operation with its curl command, its answers and its errors. */
export function httpApiMarkdown(): string {
  const parts = [
    '# HTTP API',
    '',
    'Written by `npm run openapi` from what [openapi.json](../openapi.json) is made of. `$GATEWAY` is the address of the',
    'gateway (locally `http://127.0.0.1:8080`) and `$APP_CODE` the AppCode of an app; signed requests do as well. Every',
    'error is `{"error_code", "error_msg", "request_id", "details"}`; [bad-input.md](bad-input.md) shows what wrong',
    'requests are told.',
  ];
  for (const operation of OPERATIONS) parts.push('', ...section(operation));
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
    '| Status | Meaning | For example |',
    '| --- | --- | --- |',
    ...errorsOf(operation).map((status) => {
      const { description, example } = ERRORS[status];
      return `| ${status} | ${description} | \`${example.error_code}\` |`;
    }),
  ];
}

/** One per example of the body; with every parameter that has one. */
function commands({ method, path, parameters, body }: Operation): string[] {
  const values = Object.entries(parameters?.examples ?? {}).map(([name, value]) => [name, String(value)] as const);
  const target = values.reduce((text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)), path);
  const query = new URLSearchParams(values.filter(([name]) => !path.includes(`{${name}}`)).map(([...pair]) => pair));
  const url = `"$GATEWAY${target}${query.size > 0 ? `?${query}` : ''}"`;
  const curl = `curl -X ${method.toUpperCase()} -H "X-Apig-AppCode: $APP_CODE"`;
  if (!body) return [`${curl} ${url}`];
  return Object.values(body.examples).map((example) => `${curl} -d '${JSON.stringify(example)}' ${url}`);
}
