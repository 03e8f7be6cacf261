/** Path parameters, which every page has in a table of its own. */
export const PROJECT_ID = { type: 'string', mandatory: true, min: 1, max: 1024 } as const;

/** 0..255 on every page but that of CreateSyncEvents; an empty one does not match the path. */
export const SYNC_TASK_ID = { type: 'string', mandatory: true, min: 0, max: 255 } as const;
