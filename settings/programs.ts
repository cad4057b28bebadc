// All settings of each program that runs all the time.

import { SCHEDULER } from './scheduler.ts'
import { SERVING } from './serving.ts'
import type { Settings } from './setting.ts'
import { WORKER } from './worker.ts'

export type Program = 'coordinator' | 'parts' | 'scheduler' | 'worker'

/** Those with an open name are not in it: `SYNDATA_SECRET_<NAME>`. */
export const SETTINGS: Readonly<Record<Program, Settings>> = {
  coordinator: SERVING,
  parts: SERVING,
  scheduler: SCHEDULER,
  worker: WORKER,
}
