import type { Plugin } from 'esbuild';

const NAMESPACE = 'without-streaming';

/** Names that @middy/core imports for streaming; none of it is reached. */
export const STREAMING_STUB = 'export const Readable = undefined, ReadableStream = undefined, pipeline = undefined;';

/**
 * @middy/core loads Node's stream modules for its `streamifyResponse` option, which needs a global of AWS Lambda and
 * so cannot be used on this platform. Loading `node:stream/web` alone is a tenth of a function's cold start. Only
 * what that package imports is replaced.
 */
export const withoutStreaming: Plugin = {
  name: NAMESPACE,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:stream(?:\/web|\/promises)?$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]@middy[\\/]core[\\/]/.test(importer) ? { path, namespace: NAMESPACE } : undefined,
    );
    onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({ contents: STREAMING_STUB, loader: 'js' }));
  },
};

/** Whether an input of a metafile is a replacement and no file. */
export function isStub(input: string): boolean {
  return input.startsWith(`${NAMESPACE}:`);
}
