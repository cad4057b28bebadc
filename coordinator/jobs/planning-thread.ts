// Runs in a thread of its own: plans that count the children of many parents, samples for estimates, and
// conditions on large models.

import { parentPort, workerData } from 'node:worker_threads'
import { AppError, codeOf } from '#engine/errors.ts'
import type { Model } from '#engine/models/model.ts'
import { openModels } from '#engine/models/open-models.ts'
import { planConfig } from '#engine/plan.ts'
import { estimateBytes } from './estimate-bytes.ts'
import type { PlanningWork } from './planning.ts'
import { tryConditions } from './try-conditions.ts'

const { config, sample, conditions, models } = workerData as PlanningWork

try {
  const plan = planConfig(config)
  const opened = models.length > 0 ? await openModels(models) : []
  const byDigest = new Map(opened.map((model) => [model.digest, model]))
  if (conditions) await tryAll(byDigest)
  parentPort?.postMessage({
    plan,
    bytes: sample ? await estimateBytes(config, plan, byDigest) : null,
  })
} catch (error) {
  const problems = error instanceof AppError ? error.problems : []
  parentPort?.postMessage({ code: codeOf(error), message: (error as Error).message, problems })
}

async function tryAll(byDigest: ReadonlyMap<string, Model>): Promise<void> {
  for (const { learned } of config.tables) {
    const model = learned && byDigest.get(learned.model)
    if (model) await tryConditions(model, learned)
  }
}
