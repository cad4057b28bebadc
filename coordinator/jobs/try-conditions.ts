// Whether a model has rows that meet what a submission asks of all of them.

import { AppError } from '#engine/errors.ts'
import type { Model } from '#engine/models/model.ts'

/** AppError `invalid_request` at `/conditions` for what no row of the model meets. */
export async function tryConditions(
  model: Model,
  learned: { conditions?: NonNullable<Parameters<Model['createSampler']>[0]['conditions']> },
): Promise<void> {
  if (learned.conditions === undefined) return
  try {
    const sampler = await model.createSampler({ seed: 0, conditions: learned.conditions })
    await sampler.release()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error
    const problems = [{ path: '/conditions', message: error.message, hint: 'Ask for less.' }]
    throw new AppError('invalid_request', `/conditions: ${error.message}`, { problems })
  }
}
