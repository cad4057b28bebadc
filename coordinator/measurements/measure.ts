// Measures one thing: reads its tables out of the part store, and writes what is to be served.

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { evaluate } from '#engine/evaluate/evaluate.ts'
import { renderEvaluation } from '#engine/evaluate/report/report.ts'
import { configFromProfile } from '#engine/profile/config-from-profile.ts'
import { renderProfile } from '#engine/profile/profile-page.ts'
import { configText } from '#engine/profile/written-config.ts'
import { tablesOf } from './evaluated-tables.ts'
import { type ProfileHooks, profileDataset } from './profile-dataset.ts'
import type { EvaluationWork, Measured, ProfileWork, Work } from './work.ts'

const zip = promisify(gzip)

type Deps = { store: BlockStore }

/** AppError as reading the tables does. The hooks are those of profiles. */
export function measure(deps: Deps, work: Work, hooks: ProfileHooks): Promise<Measured> {
  return work.kind === 'profile' ? profileOf(deps, work, hooks) : evaluationOf(deps, work)
}

async function profileOf(deps: Deps, work: ProfileWork, hooks: ProfileHooks): Promise<Measured> {
  const profile = await profileDataset(deps, work, hooks)
  return {
    document: await zip(JSON.stringify(profile)),
    page: await zip(renderProfile(profile)),
    config: await zip(configText(configFromProfile(profile))),
  }
}

async function evaluationOf(deps: Deps, work: EvaluationWork): Promise<Measured> {
  const { real, synthetic, holdout } = await tablesOf(deps, work)
  const { seed, target, maxRows } = work
  const evaluation = await evaluate(real, synthetic, {
    seed,
    // Whoever ends it ends the thread.
    signal: new AbortController().signal,
    ...(holdout && { holdout }),
    ...(target !== null && { target }),
    ...(maxRows !== null && { maxRows }),
  })
  const [made, known] = [sourceName(work.synthetic), sourceName(work.real)]
  const title = `Comparison of ${made} ${synthetic.name} with ${known} ${real.name}`
  return {
    document: await zip(JSON.stringify(evaluation)),
    page: await zip(renderEvaluation(evaluation, { title })),
    config: null,
  }
}

/** A model is often called as the dataset that it learned. */
const sourceName = (source: EvaluationWork['synthetic' | 'real']): string =>
  'model' in source ? 'the model' : 'dataset' in source ? 'the dataset' : 'the table'
