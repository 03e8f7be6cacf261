import type { Environment } from './command.ts';
import { UsageError } from './errors.ts';

/** npm itself sets npm_config_prefix for every program. */
const ALWAYS_SET = new Set(['prefix']);

/**
 * Refuses flags that npm took for its own: `npm run demo --objects 5` sets npm_config_objects and passes nothing on, so
 * that a dry run would be a real one.
 *
 * @throws UsageError naming the flag
 */
export function refuseSwallowedFlags(command: string, flags: readonly string[], env: Environment): void {
  const byNpx = env['npm_command'] === 'exec';
  for (const name of flags) {
    if (ALWAYS_SET.has(name)) continue;
    const value = env[`npm_config_${name.replaceAll('-', '_')}`];
    // `npx --yes oms-sync` is a flag for npx.
    if (value === undefined || value === '' || (name === 'yes' && byNpx)) continue;
    throw new UsageError(
      `npm took --${name} for a flag of its own and did not pass it on.`,
      byNpx
        ? `Write flags behind the command: npx oms-sync ${command} --${name}`
        : `Write -- before the flags: npm run ${env['npm_lifecycle_event'] ?? command} -- --${name}`,
    );
  }
}
