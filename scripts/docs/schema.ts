import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { routesSchema } from '#shared/pipeline/routes.ts';
import { DEAD_LETTER_SCHEMA_FILE, deadLetterJsonSchema } from './schema/dead-letter.ts';
import { REPORT_SCHEMA_FILE, reportJsonSchema } from './schema/reconcile-report.ts';

/** Where the schema is published. */
export const SCHEMA_FILE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'routes.schema.json');

const LISTING = {
  list_version: 'ListObjects (1) or ListObjectsV2 (2), where it is not what is known of the cloud.',
  addressing:
    'Whether requests name the bucket in the path or in the host, where it is not what is known of the cloud.',
  credentials: 'Names of encrypted variables that hold the key pair by which the bucket is listed; never the keys.',
  'credentials.access_key': 'Name of the variable that holds the access key.',
  'credentials.secret_key': 'Name of the variable that holds the secret key.',
  'credentials.security_token': 'Name of the variable that holds the token of a temporary key pair.',
} as const;

const ofPlace = (place: string): Record<string, string> =>
  Object.fromEntries(Object.entries(LISTING).map(([name, text]) => [`${place}.${name}`, text]));

/** Descriptions by path of the property; kept out of the bundles, which need no prose. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  name: 'For log lines, and for the folder of the state bucket where reconciliation keeps its state.',
  source: 'The objects of this route.',
  'source.bucket': 'The bucket whose notifications the function receives.',
  'source.prefix': "Beginning of the objects' real (decoded) names; every object where it is left out.",
  'source.cloud': 'The cloud of the source bucket, as in the sync task; HuaweiCloud where it is left out.',
  'source.region': 'Region of the source bucket.',
  'source.endpoint': 'Where the source bucket is read, for example https://obs.cn-north-4.myhuaweicloud.com.',
  ...ofPlace('source'),
  ...ofPlace('destination'),
  destination: 'Where OMS copies the objects to.',
  'destination.bucket':
    'The destination bucket; reconciliation needs it. Where it is a source as well, the lists that OMS writes below oms/sync_task/ are ignored.',
  'destination.region': 'Region of the destination bucket.',
  'destination.endpoint': 'Where the destination bucket is read.',
  compare_etags:
    'Whether ETags that look like MD5 are taken for checksums by reconciliation; false where a bucket is encrypted with KMS. True where it is left out.',
  sync_task_id: 'The OMS sync task that copies the objects.',
};

type JsonSchema = { properties?: Record<string, JsonSchema>; description?: string } & Record<string, unknown>;

function describe(schema: JsonSchema, path = ''): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`;
    const description = DESCRIPTIONS[below];
    if (description === undefined) throw new Error(`scripts/docs/schema.ts has no description of ${below}`);
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
          source: {
            bucket: 'source',
            prefix: 'reports/',
            region: 'cn-north-4',
            credentials: { access_key: 'SRC_ACCESS_KEY', secret_key: 'SRC_SECRET_KEY' },
          },
          destination: { bucket: 'destination', region: 'cn-east-3' },
          sync_task_id: 'task-id-from-create-sync-task',
        },
      ],
    ],
  };
  return `${JSON.stringify(published, undefined, 2).replaceAll(SHORT_LIST, onOneLine)}\n`;
}

/** The formatter of this repository keeps short lists on one line. */
const SHORT_LIST = /\[\s+((?:"[^"\\]*"|\d+)(?:,\s+(?:"[^"\\]*"|\d+))*)\s+\]/g;

/** A longer one would not fit beside its name. */
const SHORT = 90;

function onOneLine(list: string, items: string): string {
  if (items.replaceAll(/\s+/g, ' ').length > SHORT) return list;
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
