import { expectTypeOf } from 'vitest';
import * as z from 'zod/mini';
import type { Problem } from '#shared/errors/base.ts';
import type { ValidationError } from '#shared/validation/errors.ts';
import { parse } from '#shared/validation/parse.ts';

const schema = z.object({ a: z._default(z.number(), 1), b: z.optional(z.string()) });

// The output of the schema: defaults are filled in.
expectTypeOf(parse(schema, {})).toEqualTypeOf<{ a: number; b?: string | undefined }>();
expectTypeOf<ValidationError['details']>().toEqualTypeOf<readonly Problem[]>();
