import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../../build/manifest.ts';
import { checkBundles, formatReport } from '../../checks/check-bundle.ts';
import { ROOT } from '../../serverless/config.ts';
import { functionOf, serviceCommand } from '../service-command.ts';
import { formatInteger, formatTable } from '../table.ts';

/** `package`: the zips that a deployment would send, checked. */
export const run = serviceCommand({ writes: false, bundles: true }, async (context) => {
  const { config, built } = context;
  const only = functionOf(context);
  await built;
  const manifest = await readManifest(join(ROOT, 'dist'));
  const keys = only === undefined ? Object.keys(config.functions) : [only];
  const zips = await Promise.all(
    keys.map(async (name) => {
      const artifact = config.functions[name]?.package.artifact ?? '';
      const { size } = await stat(join(ROOT, artifact));
      return { name, artifact, bytes: size, sha256: manifest?.functions[name]?.zipSha256 ?? '' };
    }),
  );
  const checks = await checkBundles(only === undefined ? {} : { only: [only] });
  const wrong = checks.filter(({ violations }) => violations.length > 0);
  if (context.json) context.print({ zips, checks });
  else {
    const rows = zips.map(({ artifact, bytes, sha256 }) => [artifact, formatInteger(bytes), sha256.slice(0, 16)]);
    context.say(formatTable([['zip', 'bytes', 'SHA-256'], ...rows]));
    context.say(formatReport(checks));
  }
  return wrong.length > 0 ? 1 : 0;
});
