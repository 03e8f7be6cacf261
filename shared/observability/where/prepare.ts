import type { ConfigOf } from '#shared/config/read.ts';
import { STATE_PREFIXES, type StateConfig, statePrefixes } from '#shared/config/state.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { keyEncodingsOf, type notificationVariables } from '#shared/pipeline/variables.ts';
import type { WhereOptions } from './locate.ts';

export type WhereConfig = StateConfig & ConfigOf<typeof notificationVariables> & { readonly gracePeriod: number };

/** The part of a question that the function and the command make alike, of the variables. */
export function prepareWhere(config: WhereConfig, store: ObjectStore | undefined) {
  return {
    routes: config.routes,
    keyEncodings: keyEncodingsOf(config),
    grace: config.gracePeriod,
    state: {
      store,
      bucket: config.stateBucket ?? '',
      prefixes: {
        deadLetters: config.deadLetterPrefix,
        parked: config.parkedPrefix,
        failedInvocations: config.failedInvocationsPrefix,
      },
      own: statePrefixes(config).map(([, prefix]) => prefix),
      reconcile: STATE_PREFIXES.reconcile,
    },
  } satisfies Partial<WhereOptions>;
}
