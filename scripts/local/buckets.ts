/** The buckets that the local cloud begins with. */
export const SOURCE = 'source';
export const DESTINATION = 'destination';
export const STATE = 'oms-sync-state';
