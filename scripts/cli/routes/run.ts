import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { ObjectKey } from '#shared/encoding/object-key.ts';
import { filterChanges } from '#shared/pipeline/filter.ts';
import { matchesRoute } from '#shared/pipeline/route.ts';
import { parseRoutes, type Route } from '#shared/pipeline/routes.ts';
import { loadServerless } from '../../serverless/load.ts';
import { isSet, type Run } from '../command.ts';
import { CliError } from '../errors.ts';
import { readObject } from '../object-word.ts';
import { quoted } from '../quoted.ts';
import { stageOf } from '../stage.ts';

/** The function whose routes are explained; redrive and reconcile have the same. */
const FUNCTION = 'on-object-created';

/** The explanation of one route. */
interface ExplainedRoute {
  readonly name: string | null;
  readonly sync_task_id: string;
  readonly matches: boolean;
  /** Why it does not match. */
  readonly because: string | null;
}

interface Explanation {
  readonly bucket: string;
  readonly key: string;
  /** The key as OMS receives it. */
  readonly encoded: string;
  /** Why no route sees the object; null where routes decide. */
  readonly ignored: string | null;
  readonly routes: readonly ExplainedRoute[];
}

const IGNORED = {
  oms_result_list: 'OMS writes its lists of results there, so no object below it is submitted',
  own_state: 'the functions keep their own state there, so no object below it is submitted',
} as const;

export const run: Run = async (context) => {
  const { bucket, key } = readObject(context.words[1] ?? '', isSet(context, 'encoded'));
  const stage = await stageOf(context, { writes: false });
  const { functions } = await loadServerless(stage.name, stage.env);
  const { ROUTES = '[]', STATE_BUCKET = '' } = functions[FUNCTION]?.environment ?? {};
  const explained = explain(bucket, key, readRoutes(ROUTES), STATE_BUCKET);
  if (context.json) context.print(explained);
  else context.say(textOf(explained, stage.name));
  return explained.ignored === null && explained.routes.some(({ matches }) => matches) ? 0 : 1;
};

/** @param stateBucket bucket in which nothing but the functions' own state is expected */
function explain(bucket: string, key: ObjectKey, routes: readonly Route[], stateBucket: string): Explanation {
  const change = { source: 'obs', bucket, key, eventName: 'ObjectCreated:Put', path: '' } as const;
  const { ignored } = filterChanges([change], routes, { bucket: stateBucket, prefixes: [''] });
  const reason = ignored[0]?.reason;
  return {
    bucket,
    key,
    encoded: encodeOmsKey(key),
    ignored: reason === undefined ? null : IGNORED[reason],
    routes: routes.map((route) => ({
      name: route.name ?? null,
      sync_task_id: route.sync_task_id,
      matches: matchesRoute(route, change),
      because: matchesRoute(route, change)
        ? null
        : route.source.bucket === bucket
          ? `it takes keys that begin with ${quoted(route.source.prefix ?? '')}`
          : `it takes the bucket ${route.source.bucket}`,
    })),
  };
}

function textOf({ bucket, key, encoded, ignored, routes }: Explanation, stage: string): string {
  const lines = routes.map(({ name, sync_task_id, matches, because }) =>
    matches
      ? `  matches         ${name ?? '(no name)'}: submitted to sync task ${sync_task_id} as ${encoded}`
      : `  does not match  ${name ?? '(no name)'}: ${because}`,
  );
  const head = `${quoted(`s3://${bucket}/${key}`)}, stage ${stage}`;
  if (ignored !== null) return [head, `  never submitted: ${ignored}`].join('\n');
  if (routes.length === 0) lines.push('  ROUTES is empty: every notification becomes a dead letter (OmsSync.NoRoute)');
  else if (!routes.some(({ matches }) => matches))
    lines.push(
      routes.some(({ because }) => because?.startsWith('it takes keys'))
        ? 'No route matches: the object is left out on purpose.'
        : 'No route names the bucket: its notifications become dead letters (OmsSync.NoRoute).',
    );
  return [head, ...lines].join('\n');
}

function readRoutes(text: string): readonly Route[] {
  try {
    return parseRoutes(text);
  } catch (error) {
    throw new CliError('configuration', (error as Error).message, 'Correct OMS_SYNC_ROUTES.');
  }
}
