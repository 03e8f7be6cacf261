import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { type DeadLetter, deadLetterSchema } from '#shared/deadletters/document.ts';

/** Where the schema is published. */
export const DEAD_LETTER_SCHEMA_FILE = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..'],
  'docs',
  'dead-letter.schema.json',
);

/** Descriptions by path of the property; kept out of the bundles, which need no prose. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  version: 'Of this form. More fields do not make another version.',
  id: 'Hash of what failed and why; the last part of its name.',
  kind: 'keys: refused keys of one call. records: records that cannot be read, or whose bucket no route names. event: an event that is no notification.',
  created: 'When it failed first; UTC.',
  last_failed: 'When it failed last; UTC.',
  event_time: 'When the oldest of the records happened; UTC. Absent where the event does not tell.',
  attempts: 'Attempts in vain, the one that wrote the document included.',
  function: 'The function that wrote the document.',
  request_id: 'By which the log of the invocation is found.',
  code: 'Stable code of the failure; docs/reference/failures.md lists them.',
  message: 'What happened.',
  remedy: 'What an engineer does about it.',
  oms: 'What OMS answered. Absent where it was not asked.',
  'oms.status': 'HTTP status.',
  'oms.error_code': 'For example OMS.0064.',
  'oms.error_msg': 'In the words of OMS.',
  'oms.request_id': "By which the vendor's support finds the call.",
  problems: 'What is wrong with the records.',
  'problems.path': 'Leads from the event of this document to what is wrong.',
  'problems.rule': 'Stable name of the rule.',
  'problems.message': 'What is wrong.',
  sync_task_id: 'The sync task that the keys were for. Of kind keys only.',
  keys: 'The keys that were refused. Of kind keys only.',
  'keys.bucket': 'The source bucket.',
  'keys.key': "The object's real (decoded) name.",
  'keys.path': 'Leads from the event of this document to the record.',
  'keys.event_time': 'As the source wrote it.',
  'keys.size': 'Bytes.',
  'keys.etag': 'As the source wrote it.',
  'keys.sequencer': 'Orders the events of one key in some sources.',
  'keys.version_id': 'In buckets with versioning.',
  event: 'The smallest event of the form in which it came with just the records concerned; for kind event, all of it.',
};

type JsonSchema = { properties?: Record<string, JsonSchema>; items?: JsonSchema; description?: string } & Record<
  string,
  unknown
>;

function describe(schema: JsonSchema, path = ''): void {
  if (schema.items) describe(schema.items, path);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`;
    const description = DESCRIPTIONS[below];
    if (description === undefined) throw new Error(`scripts/docs/schema/dead-letter.ts has no description of ${below}`);
    const { items, properties, ...rest } = property;
    for (const key of Object.keys(property)) delete property[key];
    Object.assign(property, { description, ...rest, ...(items && { items }), ...(properties && { properties }) });
    describe(property, below);
  }
}

const EXAMPLE: DeadLetter = {
  version: 1,
  id: '3f2a9c0d41b7e6858f1d2c3b4a596877',
  kind: 'keys',
  created: '2026-09-30T03:24:45.012Z',
  last_failed: '2026-09-30T03:24:45.012Z',
  event_time: '2026-09-30T03:24:43.160Z',
  attempts: 1,
  function: 'on-object-created',
  request_id: '6b1ac2f7-7a52-4a2e-9f3d-0d5a2a4d6a11',
  code: 'OmsSync.KeyRefused',
  message: 'OMS answered 400 OMS.0001: invalid parameter',
  remedy: 'Compare the key with the name of the object in the source bucket.',
  oms: { status: 400, error_code: 'OMS.0001', error_msg: 'invalid parameter' },
  sync_task_id: 'task-id-from-create-sync-task',
  keys: [{ bucket: 'source', key: 'reports/a+b.txt', path: 'Records[0]', size: 1024 }],
  event: {
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        eventTime: '2026-09-30T03:24:43.160Z',
        s3: { bucket: { name: 'source' }, object: { key: 'reports%2Fa%2Bb.txt', size: 1024 } },
      },
    ],
  },
};

/** The JSON Schema of a dead letter, made from the schema that redrive reads them with. */
export function deadLetterJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(deadLetterSchema, {
    target: 'draft-2020-12',
    io: 'input',
  }) as JsonSchema;
  describe(schema);
  const published = {
    $schema,
    title: 'Dead letter',
    description: 'What could not be submitted and never will be as it is, with all that is needed to submit it again.',
    ...schema,
    if: { properties: { kind: { const: 'keys' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { required: ['sync_task_id', 'keys'] },
    examples: [EXAMPLE],
  };
  return `${JSON.stringify(published, undefined, 2).replaceAll(LIST_OF_TEXTS, onOneLine)}\n`;
}

const LIST_OF_TEXTS = /^( *)(.*)\[\s+("[^"\\]*"(?:,\s+"[^"\\]*")*)\s+\](,?)$/gm;
const LINE_WIDTH = 120;

/** The formatter of this repository keeps a list on one line where it has room. */
function onOneLine(list: string, indent: string, start: string, items: string, comma: string): string {
  const line = `${indent}${start}[${items.replaceAll(/\s*\n\s*/g, ' ')}]${comma}`;
  return line.length <= LINE_WIDTH ? line : list;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(DEAD_LETTER_SCHEMA_FILE, deadLetterJsonSchema());
  console.log(DEAD_LETTER_SCHEMA_FILE);
}
