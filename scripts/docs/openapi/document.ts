import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { ROOT } from '../../serverless/config.ts';
import { FIELDS } from './fields.ts';
import { type JsonSchema, tableSchema, toJsonSchema } from './json-schema.ts';
import { COMMON_ERRORS, ERRORS, type ErrorStatus, type Examples, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { errorReply } from './replies.ts';

const DESCRIPTION = `\
Functions around the sync tasks of Huawei Cloud's Object Storage Migration Service (OMS).

Field names are those of OMS. Fields of an answer may be null or absent, and OMS may add others. Query parameters and
body fields that are not described are refused by name. Counters are integers of 64 bits.`;

/** Schemes of the gateway; any of them will do. */
const SECURITY_SCHEMES = {
  appCode: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Apig-AppCode',
    description: 'AppCode of an app that the API is authorised for (simple authentication).',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      "Signature with the key pair (AK/SK) of an app or an account: `SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`, together with the header `X-Sdk-Date`. The gateway's SDKs write both: https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html",
  },
};

const RETRY_AFTER = { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } };

/** The OpenAPI document of the HTTP API, made from the schemas that the functions themselves check with. */
export function openApiDocument() {
  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  const schemas: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method] = describeOperation(operation, schemas);
  }
  schemas['Error'] = toJsonSchema(errorReply, 'output');
  return {
    openapi: '3.1.0',
    info: { title: 'oms-sync', version, description: DESCRIPTION, license: { name: license, identifier: license } },
    servers: [{ url: '/', description: 'The gateway that serves this document.' }],
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    tags: [
      { name: 'sync tasks', description: 'Each copies objects from one bucket to another.' },
      { name: 'sync events', description: 'Objects that a sync task is asked to copy.' },
      { name: 'delivery', description: 'What could not be submitted, and what was missed.' },
    ],
    paths,
    components: { schemas, responses: errorResponses(), securitySchemes: SECURITY_SCHEMES },
  };
}

function describeOperation(operation: Operation, schemas: Record<string, JsonSchema>) {
  const { tag, operationId, summary, body, replies } = operation;
  const component = (name: string, schema: () => JsonSchema) => {
    schemas[name] ??= schema();
    return { $ref: `#/components/schemas/${name}` };
  };
  const content = (schema: object, examples: Examples) => ({
    'application/json': {
      schema,
      examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
    },
  });
  const successes = Object.entries(replies).map(([status, reply]) => {
    const schema = component(reply.component, () =>
      '_zod' in reply.schema
        ? toJsonSchema(reply.schema as z.ZodMiniType, 'output', reply.component)
        : tableSchema(reply.schema, reply.always),
    );
    return [status, { description: reply.description, content: content(schema, reply.examples) }] as const;
  });
  const failures = errorsOf(operation).map(
    (status) => [status, { $ref: `#/components/responses/${ERRORS[status].name}` }] as const,
  );
  return {
    tags: [tag],
    operationId,
    summary,
    description: descriptionOf(operation),
    ...(operation.parameters ? { parameters: describeParameters(operation.path, operation.parameters) } : {}),
    ...(body
      ? {
          requestBody: {
            required: body.required,
            content: content(
              component(body.component, () => ({
                ...toJsonSchema(body.schema, 'input', body.component),
                ...body.also,
              })),
              body.examples,
            ),
          },
        }
      : {}),
    responses: Object.fromEntries<unknown>([...successes, ...failures]),
  };
}

/** The operation's description beyond its summary, and the permissions that it needs. */
export function descriptionOf({ description, asynchronous, permissions: { needed, optional } }: Operation): string {
  const list = (actions: readonly string[]) => actions.map((action) => `\`oms:synctask:${action}\``).join(', ');
  const helping = optional ? `; to explain a refusal or a lost answer, also ${list(optional)}` : '';
  const itself = asynchronous ? '`functiongraph:function:invokeAsync` on itself, ' : '';
  const permissions = `Permissions of the function: ${itself}${list(needed)}${helping}.`;
  return description === undefined ? permissions : `${description}\n\n${permissions}`;
}

/** Every status of an error that the operation may answer, in order. */
export function errorsOf({ errors, asynchronous }: Operation): ErrorStatus[] {
  return [...(asynchronous ? [] : COMMON_ERRORS), ...errors].toSorted((one, other) => one - other);
}

function describeParameters(
  path: string,
  { schema, io, published = {}, examples }: NonNullable<Operation['parameters']>,
): object[] {
  const { properties = {} } = toJsonSchema(schema, io);
  const { required } = toJsonSchema(schema, 'input') as { required?: string[] };
  return Object.entries(properties).map(([name, { description: _, ...property }]) => ({
    name,
    in: path.includes(`{${name}}`) ? 'path' : 'query',
    required: required?.includes(name) ?? false,
    description: FIELDS[name],
    schema: published[name] ?? property,
    example: examples[name],
  }));
}

function errorResponses() {
  const described = Object.entries(ERRORS).map(([status, { name, description, example }]) => {
    const retry = Number(status) === 429 || Number(status) === 503;
    return [
      name,
      {
        description,
        ...(retry ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' }, example } },
      },
    ] as const;
  });
  return Object.fromEntries(described);
}
