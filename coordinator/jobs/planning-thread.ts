// Runs in a thread of its own: plans that count the children of many parents, and samples for estimates.

import { parentPort, workerData } from 'node:worker_threads'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { codeOf } from '#engine/errors.ts'
import { planConfig } from '#engine/plan.ts'
import { estimateBytes } from './estimate-bytes.ts'

const { config, sample } = workerData as { config: ResolvedConfig; sample: boolean }

try {
  const plan = planConfig(config)
  parentPort?.postMessage({ plan, bytes: sample ? await estimateBytes(config, plan) : null })
} catch (error) {
  parentPort?.postMessage({ code: codeOf(error), message: (error as Error).message })
}
