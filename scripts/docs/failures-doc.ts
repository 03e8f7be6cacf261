import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  ANSWERS,
  type AnswerRow,
  ERRORS,
  FAILURES,
  type FailureCode,
  NETWORK_ERRORS,
} from '#shared/pipeline/failures.ts';
import { DOCUMENT_FAILURES } from '#shared/redrive/codes.ts';
import { DOCUMENT_MEANINGS, MEANINGS, WRITING_ERRORS } from './failure-meanings.ts';

/** Where the table is published. */
export const FAILURES_FILE = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'docs',
  'reference',
  'failures.md',
);

const INTRODUCTION = `# Failures and remedies

Written by \`npm run docs\` from the table that the functions use (\`shared/pipeline/failure-kinds.ts\`). The codes are stable: alarms and
\`redrive\` can filter by them.

**Scope** is how far the cause reaches, and decides what is still sent:

| Scope | The cause concerns | What follows |
| --- | --- | --- |
| \`content\` | one of the batch's keys | The state of the sync task is read once. Unless it is stopped or missing, the batch is taken apart until each refused key stands alone; OMS accepts the others. |
| \`task\` | every key of the sync task | Its other keys are not sent. |
| \`account\` | every call | Nothing more is sent. |
| \`call\` | this call | The next is sent. After three failures in a row of one task, its other keys wait; after three in a row overall, nothing more is sent. |

A **retried** failure makes the invocation fail, so that FunctionGraph delivers the event again and finally hands it to the failure
destination. Any other failure becomes a dead letter at once. [Redrive](redrive.md) brings back both. An unknown failure is retried and
concerns one call; an unknown 400 concerns the content.

**Time and rate.** With less than 1.5 seconds left, besides the time for writing dead letters, no call is started; the rest fails with
\`OmsSync.DeadlineExceeded\`. The next invocation starts at another place of the event, chosen by chance, so every part gets its turn.
\`OMS_CALLS_PER_SECOND\` (100) limits each function instance. The vendor documents no limit; with N instances OMS may see N times as many calls, so
divide what the account is allowed by the largest number of instances.`;

/** docs/reference/failures.md. */
export function failuresDocument(): string {
  const failures = Object.entries(FAILURES).map(([code, { scope, retryable, remedy }]) => [
    `\`${code}\``,
    scope,
    retryable ? 'yes' : 'no',
    MEANINGS[code as FailureCode],
    remedy,
  ]);
  const documents = Object.entries(DOCUMENT_FAILURES).map(([name, { code, remedy }]) => [
    `\`${code}\``,
    DOCUMENT_MEANINGS[name as keyof typeof DOCUMENT_FAILURES],
    remedy,
  ]);
  const answers = ANSWERS.map((row) => [statusesOf(row), codesOf(row), `\`${row.failure}\``]);
  const network = NETWORK_ERRORS.map(({ reason, failure }) => [`\`${reason.source}\``, `\`${failure}\``]);
  const errors = Object.entries(ERRORS).map(([code, failure]) => [`\`${code}\``, `\`${failure}\``]);
  return `${[
    INTRODUCTION,
    '## Failures',
    table(['Code', 'Scope', 'Retried', 'What happened', 'What to do'], failures),
    '## Documents of the state bucket',
    'Codes of whole documents that redrive reads.',
    table(['Code', 'What happened', 'What to do'], documents),
    'Reasons why a dead letter could not be written. The invocation fails, so the platform still holds the event.',
    table(['Code', 'What happened', 'What to do'], WRITING_ERRORS),
    '## Answers of OMS',
    'The first matching row counts. The prefix `S3M.` of older answers is read as `OMS.`; `APIGW.*` and `TRF.*` stand for\n' +
      'every code of the family.',
    table(['Status', 'Code', 'Failure'], answers),
    '## Broken connections',
    'The code of Node.js, as a regular expression, decides; any other is `OmsSync.OmsUnreachable`.',
    table(['Code', 'Failure'], network),
    '## Errors with another code',
    'The log shows these errors under a code other than that of the failure.',
    table(['Error', 'Failure'], errors),
  ].join('\n\n')}\n`;
}

function statusesOf({ statuses }: AnswerRow): string {
  if (statuses === undefined) return 'any';
  const [first, last] = statuses;
  return first === last ? String(first) : `${first} to ${last}`;
}

function codesOf({ codes }: AnswerRow): string {
  return codes === undefined ? 'any other' : codes.map((code) => `\`${code}\``).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(FAILURES_FILE, failuresDocument());
  console.log(FAILURES_FILE);
}
