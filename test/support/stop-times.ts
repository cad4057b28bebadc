// What programs take to stop besides what SYNDATA_DRAIN_SECONDS gives them, for tests of those who kill them later.

/** The goodbye of a worker, the end of its threads, and some to spare. */
export const STOP_OF_WORKERS_MS = 5_000
