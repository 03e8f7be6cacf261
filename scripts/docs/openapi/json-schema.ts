import * as z from 'zod/mini';
import type { AnswerField, AnswerTable } from '#shared/oms/schemas/answer-table.ts';
import { FIELDS } from './fields.ts';

/** A JSON Schema as OpenAPI 3.1 has them. */
export type JsonSchema = { properties?: Record<string, JsonSchema>; items?: JsonSchema } & Record<string, unknown>;

/**
 * The JSON Schema of a schema that the functions check with.
 *
 * @param schema whose rules JSON Schema can say in part; the others are in the descriptions
 * @param component whose fields have descriptions of their own where they are listed below its name
 * @param io what is sent to the schema, or what comes out of it (query parameters that are read as numbers, answers)
 * @throws Error naming a field without a description
 */
export function toJsonSchema(schema: z.ZodMiniType, io: 'input' | 'output', component = ''): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const written = jsonSchema as JsonSchema;
      // z.int() alone: the bounds are those of a JavaScript number, not of the API.
      if (written['minimum'] === Number.MIN_SAFE_INTEGER) delete written['minimum'];
      if (written['maximum'] === Number.MAX_SAFE_INTEGER) delete written['maximum'];
      // Answers of the functions may grow.
      if (io === 'output') delete written['additionalProperties'];
    },
  }) as JsonSchema;
  describe(converted, '', component);
  return converted;
}

const INT64 = { type: ['integer', 'null'], format: 'int64' };
const SCALARS: Readonly<Record<Extract<AnswerField, string>, JsonSchema>> = {
  text: { type: ['string', 'null'] },
  flag: { type: ['boolean', 'null'] },
  time: INT64,
  counter: INT64,
};

/**
 * The JSON Schema of an answer that is passed on. Any field may be null or absent, and OMS may add others.
 *
 * @param always fields that are there and not null
 * @throws Error naming a field without a description
 */
export function tableSchema(table: AnswerTable, always: readonly string[] = []): JsonSchema {
  const schema = fromTable(table);
  for (const name of always) {
    const property = schema.properties?.[name] ?? {};
    [property['type']] = property['type'] as string[];
  }
  if (always.length > 0) schema['required'] = [...always];
  describe(schema, '');
  return schema;
}

function fromTable(table: AnswerTable): JsonSchema {
  const properties = Object.entries(table).map(([name, field]): [string, JsonSchema] => {
    if (typeof field === 'string') return [name, { ...SCALARS[field] }];
    if ('object' in field) return [name, { ...fromTable(field.object), type: ['object', 'null'] }];
    return [name, { type: ['array', 'null'], items: fromTable(field.list) }];
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

/** Descriptions are kept out of the bundles, which need no prose. */
function describe(schema: JsonSchema, path: string, component = ''): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    const description = FIELDS[`${component}.${at}`] ?? FIELDS[at] ?? FIELDS[name];
    if (description === undefined) throw new Error(`scripts/docs/openapi/fields.ts has no description of ${at}`);
    property['description'] = description;
    describe(property, at, component);
  }
  if (schema.items) describe(schema.items, path, component);
}
