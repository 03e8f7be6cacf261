import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseUrn } from '../../../../../scripts/local/functiongraph/control/urn.ts';
import { collide, type RouteDeclaration } from '../../../../../scripts/local/functiongraph/gateway/routes.ts';
import type { TimerDeclaration } from '../../../../../scripts/local/functiongraph/timers/timers.ts';
import { type RegistryOptions, TriggerRegistry } from '../../../../../scripts/local/functiongraph/triggers/registry.ts';
import type { BucketTrigger } from '../../../../../scripts/local/obs/server.ts';

export const BASE = 'urn:fss:eu-west-101:project:function:default:f';
export const LIVE = `${BASE}:!live`;

export interface World {
  readonly registry: TriggerRegistry;
  readonly dataDir: string;
  /** URNs that exist; tests remove some. */
  readonly functions: Set<string>;
  readonly routes: Map<string, readonly RouteDeclaration[]>;
  readonly timers: Map<string, TimerDeclaration>;
  /** Every list that the object store was given. */
  readonly buckets: BucketTrigger[][];
  readonly logs: string[];
  readonly clock: { now: number };
}

/** A registry among functions, routes and timers that only remember what they were told. */
export async function openWorld(
  options: Partial<RegistryOptions> & { readonly urns?: readonly string[] } = {},
): Promise<World> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'triggers-')));
  if (!options.dataDir) onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const functions = new Set(options.urns ?? [BASE, `${BASE}:latest`, `${BASE}:v1`, LIVE, `${BASE}2:latest`]);
  const routes: World['routes'] = new Map();
  const timers: World['timers'] = new Map();
  const buckets: BucketTrigger[][] = [];
  const logs: string[] = [];
  const clock = { now: Date.UTC(2026, 0, 1) };
  const registry = await TriggerRegistry.open({
    dataDir,
    region: 'eu-west-101',
    functions: {
      find: (urn) => {
        const parts = parseUrn(urn);
        if (!functions.has(urn) || !parts) return undefined;
        const { name, qualifier = 'latest' } = parts;
        return { name, functionUrn: urn.split(':').slice(0, 7).join(':'), qualifier, label: name, logs: {} };
      },
    },
    gateway: {
      put: (owner, declared) => void routes.set(owner, declared),
      remove: (owner) => void routes.delete(owner),
      takenBy: (owner, route) =>
        [...routes].find(([other, [taken]]) => other !== owner && taken && collide(taken, route))?.[1][0]?.target,
    },
    timers: { put: (owner, timer) => void timers.set(owner, timer), remove: (owner) => void timers.delete(owner) },
    now: () => clock.now,
    log: (fn, text) => logs.push(`${fn}: ${text}`),
    onBucketTriggers: (triggers) => buckets.push(triggers),
    ...options,
  });
  return { registry, dataDir, functions, routes, timers, buckets, logs, clock };
}
