export interface Loss {
  /** Source objects that were modified since the last pass began, those in flight left out. */
  readonly changed: number;
  /** Those of them that this pass had to find. */
  readonly lost: number;
  /** Lost ones that are known failures: refused by OMS, with a dead letter or in OMS's own list. */
  readonly explained: number;
  /** Lost without a trace: the notification never came, or what came of it was lost. */
  readonly unexplained: number;
  /** `unexplained` by `changed`, 0 to 1; absent where nothing changed, or where there was no pass before. */
  readonly rate?: number;
}

/**
 * An estimate: an object that changed several times counts once, and one that a later notification repaired is not
 * counted. So the true number of lost notifications is this or more.
 *
 * @param changed as counted by the diff
 * @param knownFailures objects that are known to have failed since the last pass began
 */
export function estimateLoss(
  changed: { readonly objects: number; readonly lost: number },
  knownFailures: number,
): Loss {
  const explained = Math.min(changed.lost, knownFailures);
  const unexplained = changed.lost - explained;
  return {
    changed: changed.objects,
    lost: changed.lost,
    explained,
    unexplained,
    ...(changed.objects > 0 && { rate: unexplained / changed.objects }),
  };
}
