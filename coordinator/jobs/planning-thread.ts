// Runs in a thread of its own: plans that count the children of many parents, and samples for estimates.

import { parentPort, workerData } from 'node:worker_threads'
import { codeOf } from '#engine/errors.ts'
import { openModels } from '#engine/models/open-models.ts'
import { type Plan, planConfig } from '#engine/plan.ts'
import { estimateBytes } from './estimate-bytes.ts'
import type { PlanningWork } from './planning.ts'

const { config, sample, models } = workerData as PlanningWork

async function estimate(plan: Plan): Promise<number[]> {
  const opened = models.length > 0 ? await openModels(models) : []
  return estimateBytes(config, plan, new Map(opened.map((model) => [model.digest, model])))
}

try {
  const plan = planConfig(config)
  parentPort?.postMessage({ plan, bytes: sample ? await estimate(plan) : null })
} catch (error) {
  parentPort?.postMessage({ code: codeOf(error), message: (error as Error).message })
}
