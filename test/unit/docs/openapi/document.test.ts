import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { openApiDocument } from '../../../../scripts/docs/openapi/document.ts';
import { httpApiMarkdown } from '../../../../scripts/docs/openapi/markdown.ts';
import { OPERATIONS } from '../../../../scripts/docs/openapi/operations.ts';
import { HTTP_API_FILE, OPENAPI_FILE } from '../../../../scripts/docs/openapi.ts';
import { ROOT } from '../../../../scripts/serverless/config.ts';
import { useOmsStub } from '../../../helpers/functions.ts';

interface Content {
  readonly schema: { readonly $ref: string };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly example?: unknown;
}
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example: unknown }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': Content } };
  readonly responses: Readonly<Record<string, { readonly content?: { readonly 'application/json': Content } }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, { readonly content: { readonly 'application/json': Content } }>>;
  };
}

/** The document as a reader has it: JSON. */
const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** Functions by `METHOD path`. */
const FUNCTIONS = new Map<string, string>();
const serverless = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8')) as {
  functions: Record<string, { events?: { apig?: { method: string; path: string }; timer?: object }[] }>;
};
const ASYNCHRONOUS = new Set<string>();
for (const [name, { events = [] }] of Object.entries(serverless.functions))
  for (const { apig } of events) {
    if (apig) FUNCTIONS.set(`${apig.method} ${apig.path}`, name);
    if (apig && events.some(({ timer }) => timer)) ASYNCHRONOUS.add(`${apig.method} ${apig.path}`);
  }

function problemsOf({ schema }: Content, value: unknown): string[] {
  const component = document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {};
  const result = z.fromJSONSchema(component as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('openapi.json', () => {
  it('is what the schemas say (npm run docs writes it anew)', async () => {
    expect(JSON.parse(await readFile(OPENAPI_FILE, 'utf8'))).toEqual(document);
  });

  it('has its readable form beside it (npm run docs writes both anew)', async () => {
    expect(await readFile(HTTP_API_FILE, 'utf8')).toBe(httpApiMarkdown());
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has the operations that serverless.yml declares, and no other', () => {
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      [...FUNCTIONS.keys()].toSorted(),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('refers to nothing that is not there, and holds nothing that is not referred to', () => {
    const text = JSON.stringify(document);
    const referred = new Set([...text.matchAll(/"#\/components\/([^"]+)"/g)].map(([, name]) => name));
    const there = ['schemas', 'responses'].flatMap((kind) =>
      Object.keys(Reflect.get(document.components, kind) as object).map((name) => `${kind}/${name}`),
    );
    expect([...referred].toSorted()).toEqual(there.toSorted());
  });

  it.each(OPERATIONS.map((operation) => [operation.operationId, operation] as const))(
    'describes every parameter and failure of %s',
    (_id, { method, path, asynchronous }) => {
      const operation = document.paths[path]?.[method];
      for (const parameter of operation?.parameters ?? [])
        expect(parameter).toMatchObject({ description: expect.stringMatching(/\S/), example: expect.anything() });
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        asynchronous
          ? expect.arrayContaining(['202', '400', '401', '413', '500', '502', '503', '504'])
          : expect.arrayContaining(['200', '400', '401', '403', '429', '500', '502', '503', '504']),
      );
    },
  );

  it('calls those operations asynchronous whose functions also work by timer', () => {
    const asynchronous = OPERATIONS.filter((operation) => operation.asynchronous === true);
    expect(asynchronous.map(({ method, path }) => `${method.toUpperCase()} ${path}`).toSorted()).toEqual(
      [...ASYNCHRONOUS].toSorted(),
    );
  });

  const examples = operations.flatMap(({ operationId, requestBody, responses }) =>
    [requestBody, ...Object.values(responses)].flatMap((part) => {
      const content = part?.content?.['application/json'];
      return Object.entries(content?.examples ?? {}).map(
        ([name, { value }]) => [operationId, name, content as Content, value] as const,
      );
    }),
  );
  it.each(examples)('has an example of %s (%s) that its schema allows', (_id, _name, content, value) => {
    expect(problemsOf(content, value)).toEqual([]);
  });

  it.each(Object.entries(document.components.responses))('has an example of the error %s', (_name, { content }) => {
    expect(problemsOf(content['application/json'], content['application/json'].example)).toEqual([]);
  });
});

describe('the examples of openapi.json', () => {
  const oms = useOmsStub();
  const variables = {
    SRC_ACCESS_KEY: 'a',
    SRC_SECRET_KEY: 'b',
    DST_ACCESS_KEY: 'c',
    DST_SECRET_KEY: 'd',
    ROUTES: '[]',
  };

  // Those of the others are handed to FunctionGraph: see their own tests.
  const answered = operations.filter(({ method, path }) => !ASYNCHRONOUS.has(`${method} ${path}`));
  it.each(answered)('are requests that $operationId takes and answers', async (operation) => {
    const { path, method, parameters = [], requestBody, responses } = operation;
    const fn = await oms.load(FUNCTIONS.get(`${method} ${path}`) ?? '', { variables });
    const replyContent = responses['200']?.content?.['application/json'] as Content;
    const [reply] = Object.values(replyContent.examples ?? {});
    // Creating lists the tasks before; what changes a task is answered with nothing.
    const isChange = method !== 'GET' && path !== '/sync-tasks';
    oms.stub.reply = (request) =>
      path === '/sync-tasks' && method === 'POST' && request.method === 'GET'
        ? { body: { tasks: [], count: 0 } }
        : isChange
          ? {}
          : { body: reply?.value };
    const at = (where: string) =>
      parameters.filter((each) => each.in === where).map(({ name, example }) => [name, String(example)] as const);
    const target = at('path').reduce((text, [name, value]) => text.replace(`{${name}}`, value), path);
    const query = Object.fromEntries(at('query'));
    const bodies = Object.values(requestBody?.content['application/json'].examples ?? { none: { value: undefined } });

    for (const { value } of bodies) {
      const answer = await fn.request(method, target, value, { query });

      expect(answer.body).not.toHaveProperty('error_code');
      expect(answer.status).toBe(200);
      expect(problemsOf(replyContent, answer.body)).toEqual([]);
    }
  });
});
