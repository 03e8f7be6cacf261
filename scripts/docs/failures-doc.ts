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

const INTRODUCTION = `# What failures mean, and what to do about them

Written by \`node --import tsx scripts/docs/failures-doc.ts\` from the table that the functions use
(\`shared/pipeline/failures.ts\`). The codes are stable: alarms and \`redrive\` can filter by them.

**Scope** says how far the cause reaches, and so what is still sent:

| Scope | Meaning | What follows |
| --- | --- | --- |
| \`content\` | One of the batch's keys may be the cause. | The state of the sync task is asked once; unless it is stopped or missing, the batch is taken apart until each key that is refused stands alone. The others are accepted. |
| \`task\` | No key of this sync task can succeed. | Its other keys are not sent; those of other tasks are. |
| \`account\` | No call can succeed, for a reason outside the keys and the tasks. | Nothing more is sent. |
| \`call\` | This call failed. | The next is sent. After three in a row OMS counts as down, and nothing more is sent; after three in a row of one task, nothing more of that task. |

**Retried** keys make the invocation fail, so that FunctionGraph delivers the event again and in the end hands it to the
failure destination. Keys that are not retried become a dead letter at once. \`oms-sync redrive\` and \`POST /redrive\`
bring back both. What is not in these tables is retried and concerns one call, and an unknown 400 concerns the content:
nothing is given up that is not understood.

**Time and rate.** With less than 1.5 seconds left (and what is reserved for writing dead letters) no call is started,
and the rest is handed back as \`OmsSync.DeadlineExceeded\`. An event that does not fit one invocation is delivered again
from its beginning, so each invocation starts at another place, chosen by chance, and every part gets its turn; what
remains when FunctionGraph gives up, redrive finishes, and it keeps what it did not finish. Calls of one function
instance are limited to \`OMS_CALLS_PER_SECOND\` (100 by default, of which one second's worth may come at once). The
vendor documents no limit; with N instances OMS may see N times as many, so divide what the account is allowed by the
largest number of instances.`;

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
    'What stands in the way of documents that redrive reads.',
    table(['Code', 'What happened', 'What to do'], documents),
    'Why a dead letter could not be written. The invocation fails then, so that the platform still holds the event.',
    table(['Code', 'What happened', 'What to do'], WRITING_ERRORS),
    '## Which answer of OMS is which failure',
    'The first row that matches counts. The prefix `S3M.` of older answers is read as `OMS.`; `APIGW.*` and `TRF.*` stand\n' +
      'for every code of the family.',
    table(['Status', 'Code', 'Failure'], answers),
    '## Which broken connection is which failure',
    'By the code of Node.js, as a regular expression; any other is `OmsSync.OmsUnreachable`.',
    table(['Code', 'Failure'], network),
    '## Which error of ours is which failure',
    'Those that the log shows under another code than the failure.',
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
