// Settings of a worker. Everything has a default but the token of a machine that is new.

import { addresses, text, whole } from './kinds.ts'
import { logLevel } from './log-level.ts'

const THREADS_MAX = 256
/** 16 TiB. */
const MIB_MAX = 16 * 1024 * 1024

export const WORKER = {
  LOG_LEVEL: logLevel,
  SYNDATA_TOKEN: text,
  SYNDATA_TOKEN_FILE: text,
  SYNDATA_COORDINATOR: addresses,
  SYNDATA_REGION: text,
  SYNDATA_WORKER_DIR: text,
  SYNDATA_WORKER_NAME: text,
  SYNDATA_THREADS: whole(1, THREADS_MAX),
  SYNDATA_MEMORY_LIMIT_MB: whole(16, MIB_MAX),
  SYNDATA_INPUT_CACHE_MB: whole(0, MIB_MAX),
  SYNDATA_CHECKPOINT_SECONDS: whole(0, 3_600),
  SYNDATA_HEALTH_PORT: whole(1, 65_535),
  SYNDATA_DRAIN_SECONDS: whole(0, 3_600),
}
