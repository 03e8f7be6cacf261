import type * as z from 'zod/mini';
import type { AnswerTable } from '#shared/oms/schemas/answer-table.ts';

/** An example, as OpenAPI has them: by name, with the value. */
export type Examples = Readonly<Record<string, unknown>>;

/** One operation of the HTTP API, as far as its function does not say it itself. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** The path in serverless.yml. */
  readonly path: string;
  /** The name in the vendor's SDKs. */
  readonly operationId: string;
  readonly tag: 'sync tasks' | 'sync events' | 'delivery';
  readonly summary: string;
  readonly description?: string;
  /** The function hands the request to FunctionGraph, and does not ask OMS before it answers. */
  readonly asynchronous?: true;
  /**
   * Actions that the function's credentials must be allowed; the optional ones only help to explain a refusal.
   * @see https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_8003.html
   */
  readonly permissions: { readonly needed: readonly string[]; readonly optional?: readonly string[] };
  /** Path and query: the schema that the function reads them with. */
  readonly parameters?: {
    readonly schema: z.ZodMiniType;
    /** `output` where the schema reads numbers from texts. */
    readonly io: 'input' | 'output';
    /** Published in place of the schema, which takes more forms than are worth publishing. */
    readonly published?: Readonly<Record<string, object>>;
    readonly examples: Readonly<Record<string, unknown>>;
  };
  readonly body?: {
    readonly component: string;
    readonly schema: z.ZodMiniType;
    /** Said in JSON Schema beside what the schema itself says. */
    readonly also?: object;
    readonly required: boolean;
    readonly examples: Examples;
  };
  /** Successes by status. */
  readonly replies: Readonly<
    Record<
      number,
      {
        readonly description: string;
        readonly component: string;
        /** The schema that the function writes, or the table by which it reads what it passes on. */
        readonly schema: z.ZodMiniType | AnswerTable;
        /** Fields of a table that are there and not null, because the client sees to it. */
        readonly always?: readonly string[];
        readonly examples: Examples;
      }
    >
  >;
  /** Statuses of errors, beside those that every operation has; all there are, where it is asynchronous. */
  readonly errors: readonly ErrorStatus[];
}

/** Every error that an operation may answer: what it means and an example. */
export const ERRORS = {
  400: {
    name: 'BadRequest',
    description: 'The request is wrong, as `details` says, or OMS refuses it with a code of its own.',
    example: {
      error_code: 'OmsSync.InvalidInput',
      error_msg: 'src_bucket must not be empty. (and 1 more)',
      request_id: '7e8e5be0-5ab4-4d0e-8d0c-3a4c2f1f9a10',
      details: [
        { path: 'src_bucket', rule: 'not_empty', message: 'src_bucket must not be empty.' },
        { path: 'if_exist', rule: 'unknown_field', message: 'if_exist is not a field that is known here.' },
      ],
    },
  },
  401: {
    name: 'Unauthorized',
    description: 'The gateway refuses the AppCode or the signature.',
    example: error('APIG.0303', 'Incorrect app authentication information'),
  },
  403: {
    name: 'Forbidden',
    description: 'OMS does not permit it.',
    example: error('OMS.0072', 'OMS did not permit the request. Insufficient permissions.'),
  },
  404: {
    name: 'NotFound',
    description: 'OMS does not know the sync task, or no route has this name.',
    example: error('OmsSync.SyncTaskNotFound', 'OMS does not know the sync task.'),
  },
  409: {
    name: 'Conflict',
    description: 'The state of the sync task does not allow the operation.',
    example: error(
      'OmsSync.SyncTaskState',
      'The sync task must be stopped before it can be deleted: stop it, or add ?stop=true.',
    ),
  },
  413: {
    name: 'PayloadTooLarge',
    description: 'The request is too large.',
    example: error('OmsSync.PayloadTooLarge', 'A request may name 1000 objects, and this one names 1001.'),
  },
  429: {
    name: 'TooManyRequests',
    description: 'OMS receives too many requests. `Retry-After` says when to try again.',
    example: error('APIGW.0308', 'OMS receives too many requests.'),
  },
  500: {
    name: 'InternalServerError',
    description: 'The function failed or is configured wrongly; its log says why.',
    example: error('OmsSync.Configuration', 'The function is not configured correctly. See the function log.'),
  },
  502: {
    name: 'BadGateway',
    description:
      "OMS could not be reached, failed, refused the function's credentials, or lacks the operation in its region; or FunctionGraph did not accept the run, and `error_msg` says whether it may still begin.",
    example: error('OmsSync.OmsUnreachable', 'OMS could not be reached.'),
  },
  503: {
    name: 'ServiceUnavailable',
    description: 'OMS or FunctionGraph is not available. `Retry-After` says when to try again.',
    example: error('OMS.1001', 'OMS is not available at the moment.'),
  },
  504: {
    name: 'GatewayTimeout',
    description: 'OMS or FunctionGraph did not answer in time.',
    example: error('OmsSync.OmsTimeout', 'OMS did not answer in time.'),
  },
} as const;

export type ErrorStatus = keyof typeof ERRORS;

/** Errors that every synchronous operation may answer. */
export const COMMON_ERRORS: readonly ErrorStatus[] = [400, 401, 403, 429, 500, 502, 503, 504];

function error(error_code: string, error_msg: string) {
  return { error_code, error_msg, request_id: '7e8e5be0-5ab4-4d0e-8d0c-3a4c2f1f9a10' };
}
