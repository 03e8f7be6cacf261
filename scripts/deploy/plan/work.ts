import type { DesiredFunction } from '../desired/function.ts';
import type { VersionHashes } from '../fingerprint.ts';
import type { DeployPlan, PlannedFunction } from '../types.ts';
import type { ActualFunction, LiveVersion } from './actual.ts';
import type { TriggerWork } from './trigger-work.ts';

/** The work that brings one function to its desired state. Holds secrets. */
export interface FunctionWork {
  readonly planned: PlannedFunction;
  readonly desired: DesiredFunction;
  readonly actual: ActualFunction | undefined;
  /** Fingerprint of the encrypted variables; undefined where there are none. */
  readonly fingerprint: string | undefined;
  /** Hashes by which a published version is known to be the wanted one. */
  readonly hashes: VersionHashes;
  /** Whether what serves is what is wanted. */
  readonly serves: boolean;
  /** Whether the version that serves has other settings than it was published with, or than are wanted. */
  readonly drifted: boolean;
  /** Whether the zip, and whether the configuration, has to be sent. */
  readonly sendCode: boolean;
  readonly sendConfig: boolean;
  readonly sendAsync: boolean;
  readonly triggers: readonly TriggerWork[];
  /** Fingerprint of passwords in triggers; set where it has to be written down. */
  readonly triggerFingerprint: string | undefined;
}

/** A function of this service and stage that serverless.yml does not have. */
export interface Orphan {
  readonly planned: PlannedFunction;
  readonly urn: string;
  readonly live: LiveVersion | undefined;
}

export interface PlanWork {
  readonly alias: string;
  readonly keepVersions: number | undefined;
  readonly functions: readonly FunctionWork[];
  /** Functions that serverless.yml does not have, whether they are to be deleted or not. */
  readonly orphans: readonly Orphan[];
}

/**
 * The part of a plan that must not be shown with it: a plan may be printed, logged or written as JSON without a
 * second thought.
 */
const WORK = new WeakMap<DeployPlan, PlanWork>();

export function attachWork(plan: DeployPlan, work: PlanWork): DeployPlan {
  WORK.set(plan, work);
  return plan;
}

/** @throws TypeError for a plan that planDeployment did not make, a copy for example */
export function workOf(plan: DeployPlan): PlanWork {
  const work = WORK.get(plan);
  if (!work) throw new TypeError('only a plan that planDeployment returned can be applied, not a copy of it');
  return work;
}
