import { choiceVariable, parsedVariable, required, withDefault } from '#shared/config/variable.ts';
import { parseRoutes } from './routes.ts';

const encodings = ['form', 'rfc3986', 'raw'] as const;

/** The variables of every function that turns notifications into keys of sync tasks. */
export const notificationVariables = {
  routes: required(
    parsedVariable('ROUTES', { hint: 'JSON, see docs/routes.schema.json; [] for no route', parse: parseRoutes }),
  ),
  eventGridKeyEncoding: withDefault(
    choiceVariable('EVENTGRID_KEY_ENCODING', { hint: 'form where the trigger has Key_encode on', values: encodings }),
    'form',
  ),
  obsKeyEncoding: withDefault(
    choiceVariable('OBS_KEY_ENCODING', { hint: 'form, as the vendor documents', values: encodings }),
    'form',
  ),
} as const;
