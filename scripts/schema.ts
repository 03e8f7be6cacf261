import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { routesSchema } from '#shared/pipeline/routes.ts';
import { DEAD_LETTER_SCHEMA_FILE, deadLetterJsonSchema } from './schema/dead-letter.ts';
import { REPORT_SCHEMA_FILE, reportJsonSchema } from './schema/reconcile-report.ts';

/** Where the schema is published. */
export const SCHEMA_FILE = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'routes.schema.json');

/** By path of the property; kept out of the bundles, which need no prose. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  name: 'For log lines.',
  source: 'The objects of this route.',
  'source.bucket': 'The bucket whose notifications the function receives.',
  'source.prefix': "Beginning of the objects' real (decoded) names; every object where it is left out.",
  'source.cloud': 'The cloud of the source bucket, as in the sync task; HuaweiCloud where it is left out.',
  'source.region': 'Region of the source bucket.',
  'source.endpoint': 'Where the source bucket is read, for example https://obs.cn-north-4.myhuaweicloud.com.',
  destination: 'Where OMS copies the objects to.',
  'destination.bucket':
    'The destination bucket. Where it is a source as well, the lists that OMS writes below oms/sync_task/ are ignored.',
  'destination.region': 'Region of the destination bucket.',
  'destination.endpoint': 'Where the destination bucket is read.',
  sync_task_id: 'The OMS sync task that copies the objects.',
};

type JsonSchema = { properties?: Record<string, JsonSchema>; description?: string } & Record<string, unknown>;

function describe(schema: JsonSchema, path = ''): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`;
    const description = DESCRIPTIONS[below];
    if (description === undefined) throw new Error(`scripts/schema.ts has no description of ${below}`);
    property.description = description;
    describe(property, below);
  }
}

/** The JSON Schema of the variable ROUTES, made from the schema that the function itself checks with. */
export function routesJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(routesSchema, { target: 'draft-2020-12' });
  const { items } = schema as { items: JsonSchema };
  describe(items);
  const published = {
    $schema,
    title: 'ROUTES',
    description: 'Which objects of which source bucket belong to which OMS sync task. An object may match several.',
    ...schema,
    examples: [
      [
        {
          name: 'reports',
          source: { bucket: 'source', prefix: 'reports/', region: 'cn-north-4' },
          destination: { bucket: 'destination', region: 'cn-east-3' },
          sync_task_id: 'task-id-from-create-sync-task',
        },
      ],
    ],
  };
  return `${JSON.stringify(published, undefined, 2).replaceAll(LIST_OF_TEXTS, onOneLine)}\n`;
}

/** The formatter of this repository keeps short lists on one line. */
const LIST_OF_TEXTS = /\[\s+("[^"\\]*"(?:,\s+"[^"\\]*")*)\s+\]/g;

function onOneLine(_list: string, items: string): string {
  return `[${items.replaceAll(/\s*\n\s*/g, ' ')}]`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const published = [
    [SCHEMA_FILE, routesJsonSchema()],
    [DEAD_LETTER_SCHEMA_FILE, deadLetterJsonSchema()],
    [REPORT_SCHEMA_FILE, reportJsonSchema()],
  ] as const;
  for (const [file, text] of published) {
    writeFileSync(file, text);
    console.log(file);
  }
}
