import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../serverless/config.ts';
import { openApiDocument } from './openapi/document.ts';
import { httpApiMarkdown } from './openapi/markdown.ts';

/** Where the document is published, for programs and for readers. */
export const OPENAPI_FILE = join(ROOT, 'openapi.json');
export const HTTP_API_FILE = join(ROOT, 'docs', 'reference', 'http-api.md');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // The formatter of this repository has the last word.
  const biome = join(ROOT, 'node_modules', '.bin', 'biome');
  const text = execFileSync(biome, ['format', '--stdin-file-path=openapi.json'], {
    cwd: ROOT,
    input: JSON.stringify(openApiDocument()),
    encoding: 'utf8',
  });
  writeFileSync(OPENAPI_FILE, text);
  writeFileSync(HTTP_API_FILE, httpApiMarkdown());
  console.log(`${OPENAPI_FILE}\n${HTTP_API_FILE}`);
}
