import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { handler as createSyncEventHandler } from '../../functions/create-sync-event/index.ts';
import { handler as createSyncTaskHandler } from '../../functions/create-sync-task/index.ts';
import { handler as deleteSyncTaskHandler } from '../../functions/delete-sync-task/index.ts';
import { handler as listSyncTasksHandler } from '../../functions/list-sync-tasks/index.ts';
import { handler as reconcileHandler } from '../../functions/reconcile/index.ts';
import { handler as redriveHandler } from '../../functions/redrive/index.ts';
import { handler as showSyncTaskHandler } from '../../functions/show-sync-task/index.ts';
import { handler as showSyncTaskStatisticsHandler } from '../../functions/show-sync-task-statistics/index.ts';
import { handler as startSyncTaskHandler } from '../../functions/start-sync-task/index.ts';
import { handler as stopSyncTaskHandler } from '../../functions/stop-sync-task/index.ts';
import { createSyncEvent } from '../../test/fixtures/bad-input/create-sync-event.ts';
import { createSyncTask } from '../../test/fixtures/bad-input/create-sync-task.ts';
import { deleteSyncTask } from '../../test/fixtures/bad-input/delete-sync-task.ts';
import { listSyncTasks } from '../../test/fixtures/bad-input/list-sync-tasks.ts';
import { reconcile } from '../../test/fixtures/bad-input/reconcile.ts';
import { redrive } from '../../test/fixtures/bad-input/redrive.ts';
import { showSyncTask } from '../../test/fixtures/bad-input/show-sync-task.ts';
import { showSyncTaskStatistics } from '../../test/fixtures/bad-input/show-sync-task-statistics.ts';
import { startSyncTask } from '../../test/fixtures/bad-input/start-sync-task.ts';
import { stopSyncTask } from '../../test/fixtures/bad-input/stop-sync-task.ts';
import type { BadInput } from '../../test/fixtures/bad-input/types.ts';
import { RUN_VARIABLES, toGatewayEvent } from '../../test/helpers/bad-input.ts';
import { fakeContext } from '../../test/helpers/fake-context.ts';
import { readAnswer } from '../../test/helpers/gateway-event.ts';

/** Where the table is published. */
export const BAD_INPUT_FILE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'bad-input.md');

const FUNCTIONS = [
  { title: 'create-sync-event', handler: createSyncEventHandler, inputs: createSyncEvent },
  { title: 'create-sync-task', handler: createSyncTaskHandler, inputs: createSyncTask },
  { title: 'delete-sync-task', handler: deleteSyncTaskHandler, inputs: deleteSyncTask },
  { title: 'list-sync-tasks', handler: listSyncTasksHandler, inputs: listSyncTasks },
  { title: 'reconcile', handler: reconcileHandler, inputs: reconcile },
  { title: 'redrive', handler: redriveHandler, inputs: redrive },
  { title: 'show-sync-task', handler: showSyncTaskHandler, inputs: showSyncTask },
  { title: 'show-sync-task-statistics', handler: showSyncTaskStatisticsHandler, inputs: showSyncTaskStatistics },
  { title: 'start-sync-task', handler: startSyncTaskHandler, inputs: startSyncTask },
  { title: 'stop-sync-task', handler: stopSyncTaskHandler, inputs: stopSyncTask },
];

/** No OMS is needed: whatever reached it would not be a wrong input, and nothing listens on this port. */
const VARIABLES = { ...RUN_VARIABLES, OMS_ENDPOINT: 'http://127.0.0.1:1', OMS_MAX_ATTEMPTS: '1', LOG_LEVEL: 'error' };

/** What each HTTP function answers to wrong requests, found out by calling it. */
export async function badInputTable(): Promise<string> {
  const parts = [
    '# What a wrong request is told',
    '',
    'Written by `node --import tsx scripts/docs/bad-input.ts`, which calls the functions themselves. Every answer is',
    '`{error_code, error_msg, request_id, details?}`; the table shows status, code and the `path: message` of each detail.',
    'No answer repeats a value of the request.',
  ];
  for (const { title, handler, inputs } of FUNCTIONS) {
    parts.push('', `## ${title}`, '', '| Request | Sent | Answer |', '| --- | --- | --- |');
    for (const input of inputs) {
      const answer = readAnswer(await handler(toGatewayEvent(input), fakeContext({ variables: VARIABLES })));
      const {
        error_code,
        error_msg,
        details = [],
      } = answer.body as {
        error_code: string;
        error_msg: string;
        details?: { path: string; message: string }[];
      };
      const problems = details.length > 0 ? details.map(({ message }) => message) : [error_msg];
      parts.push(
        `| ${input.name} | ${cell(sent(input))} | ${answer.status} \`${error_code}\`<br>${problems.map(prose).join('<br>')} |`,
      );
    }
  }
  return `${parts.join('\n')}\n`;
}

const LONGEST = 120;

function sent({ method, path, query, body, bytes, notBase64, shown }: BadInput): string {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  const target = `${method} ${path.length > LONGEST ? `${path.slice(0, 20)}…` : path}${search}`;
  const text = shown ?? notBase64 ?? (bytes ? `bytes ${Buffer.from(bytes).toString('hex')}` : textOf(body));
  return text === '' ? target : `${target} ${text}`;
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function cell(text: string): string {
  return `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

function prose(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(BAD_INPUT_FILE, await badInputTable());
  console.log(BAD_INPUT_FILE);
}
