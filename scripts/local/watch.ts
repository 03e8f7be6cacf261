import { watch } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale } from '../build/build.ts';
import { withEsbuild } from '../build/esbuild-service.ts';
import { readManifest } from '../build/manifest.ts';
import { ROOT } from '../serverless/config.ts';
import { watchFolders } from './source-folders.ts';

interface WatchOptions {
  /** Deploys these functions; their zips are new. */
  readonly deploy: (keys: readonly string[]) => Promise<void>;
  readonly redeclare: () => Promise<void>;
  readonly say: (line: string) => void;
  readonly root?: string;
}

interface Watcher {
  close(): Promise<void>;
}

/** Milliseconds without another change after which a build begins: an editor writes a file in several steps. */
const QUIET = 25;
const FOLDERS = ['functions', 'shared'];
const DECLARATION = 'serverless.yml';

/**
 * Builds and deploys what a change of the sources concerns, again and again. A source that does not build is shown and
 * changes nothing: what was deployed goes on.
 */
export function startWatching({ root = ROOT, ...options }: WatchOptions): Watcher {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let closed = false;
  let release = (): void => {};
  // The bundler's own process stays for the whole time: starting it takes longer than most builds.
  const kept = withEsbuild(() => new Promise<void>((resolve) => (release = resolve)));

  /** Functions whose last build or deployment failed: any change may be what they wait for. */
  const waiting = new Set<string>();
  const work = async (since: number): Promise<void> => {
    if (closed || changed.size === 0) return;
    const paths = [...changed];
    changed.clear();
    try {
      await handle(paths, since, waiting, { root, ...options });
    } catch (error) {
      options.say(`watch: ${(error as Error).message}`);
    }
  };
  const note = (path: string): void => {
    if (closed) return;
    const since = performance.now();
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working.then(() => work(since));
    }, QUIET);
  };

  const sources = watchFolders(root, FOLDERS, (path) => {
    if (/\.(ts|json)$/.test(path)) note(path);
  });
  // The folder, since a watch of the file itself would stay with the old one when an editor replaces it.
  const declaration = watch(root, (_, name) => {
    if (name === DECLARATION) note(DECLARATION);
  });
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      sources.close();
      declaration.close();
      await working;
      release();
      await kept;
    },
  };
}

type Work = Required<WatchOptions>;

async function handle(
  paths: readonly string[],
  since: number,
  waiting: Set<string>,
  { root, deploy, redeclare, say }: Work,
): Promise<void> {
  if (paths.includes(DECLARATION)) {
    await redeclare();
    say(`watch: ${DECLARATION} deployed, ${elapsed(since)}`);
    return;
  }
  const only = [...new Set([...(await functionsWith(paths, root)), ...waiting])];
  if (only.length === 0) return;
  const before = new Set(waiting);
  for (const name of only) waiting.add(name);
  const results = await buildIfStale({ root, only });
  for (const { warnings } of results) for (const warning of warnings) say(`watch: ${warning}`);
  const stale = results.filter(({ built, name }) => built || before.has(name)).map(({ name }) => name);
  const building = elapsed(since);
  if (stale.length > 0) {
    await deploy(stale);
    const shown = paths.length === 1 ? String(paths[0]) : `${paths[0]} and ${paths.length - 1} more`;
    say(`watch: ${shown}: ${stale.join(', ')} built ${building}, deployed ${elapsed(since)}`);
  }
  waiting.clear();
}

function elapsed(since: number): string {
  return `${Math.round(performance.now() - since)} ms`;
}

async function functionsWith(paths: readonly string[], root: string): Promise<string[]> {
  const manifest = await readManifest(join(root, 'dist'));
  const inside = (name: string): boolean => paths.some((path) => path.startsWith(join('functions', name, '/')));
  return Object.entries(manifest?.functions ?? {})
    .filter(([name, { inputs }]) => inside(name) || paths.some((path) => Object.hasOwn(inputs, path)))
    .map(([name]) => name);
}
