import type { ConfigOf } from '#shared/config/read.ts';
import { choiceVariable, parsedVariable, required, type Variable, withDefault } from '#shared/config/variable.ts';
import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { type KeyEncodings, SOURCES, type SourceName } from '#shared/events/sources.ts';
import { parseRoutes } from './routes.ts';

type EncodingVariables = { readonly [Name in SourceName as `${Name}KeyEncoding`]: Variable<KeyEncoding> };

const encodingVariables = Object.fromEntries(
  SOURCES.map(({ name, keyEncoding: { variable, hint, value } }) => [
    `${name}KeyEncoding`,
    withDefault(choiceVariable(variable, { hint, values: ['form', 'rfc3986', 'raw'] }), value),
  ]),
) as EncodingVariables;

export const notificationVariables = {
  routes: required(
    parsedVariable('ROUTES', { hint: 'JSON, see docs/routes.schema.json; [] for no route', parse: parseRoutes }),
  ),
  ...encodingVariables,
} as const;

/** How each source writes keys, as the variables have it. */
export function keyEncodingsOf(config: ConfigOf<EncodingVariables>): KeyEncodings {
  return Object.fromEntries(SOURCES.map(({ name }) => [name, config[`${name}KeyEncoding`]])) as KeyEncodings;
}
