// Measures one thing: reads its tables out of the part store, and writes what is to be served.

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { openStoredFile } from '#coordinator/datasets/stored-file.ts'
import { evaluate } from '#engine/evaluate/evaluate.ts'
import { renderEvaluation } from '#engine/evaluate/report/report.ts'
import { readBatches } from '#engine/ingest/read-batches.ts'
import type { RandomAccess } from '#engine/ingest/records.ts'
import { configFromProfile } from '#engine/profile/config-from-profile.ts'
import type { Profile } from '#engine/profile/profile.ts'
import { renderProfile } from '#engine/profile/profile-page.ts'
import { createProfiler } from '#engine/profile/profiler.ts'
import { configText } from '#engine/profile/written-config.ts'
import { type TableDeps, tablesOf } from './evaluated-tables.ts'
import type { EvaluationWork, Measured, ProfileWork, Work } from './work.ts'

/** The same dataset has the same profile. */
const PROFILE_SEED = 0

const zip = promisify(gzip)

type OnProgress = (share: number) => void

/** AppError as reading the tables does. `onProgress` is told of profiles what share of the file is read, now and then. */
export function measure(deps: TableDeps, work: Work, onProgress: OnProgress): Promise<Measured> {
  return work.kind === 'profile' ? profileOf(deps, work, onProgress) : evaluationOf(deps, work)
}

async function profileOf(
  deps: TableDeps,
  work: ProfileWork,
  onProgress: OnProgress,
): Promise<Measured> {
  const profile = await readProfile(deps, work, onProgress)
  return {
    document: await zip(JSON.stringify(profile)),
    page: await zip(renderProfile(profile)),
    config: await zip(configText(configFromProfile(profile))),
  }
}

/** Of all rows, in memory of one batch and a sample. */
async function readProfile(
  { store }: TableDeps,
  { dataset }: ProfileWork,
  onProgress: OnProgress,
): Promise<Profile> {
  const { fields, name, reading } = dataset
  const profiler = createProfiler(fields, { name, seed: PROFILE_SEED, pairs: true })
  const source = watched(openStoredFile(store, dataset), onProgress)
  for await (const batch of readBatches(source, fields, reading)) profiler.add(batch)
  return profiler.finish().profile
}

/** Steps in which progress is told. */
const STEPS = 1000

/** The file, of which each byte is read about once. */
function watched(file: RandomAccess, onProgress: OnProgress): RandomAccess {
  let [read, told] = [0, 0]
  return {
    byteLength: file.byteLength,
    async slice(from, to) {
      const bytes = await file.slice(from, to)
      read += bytes.byteLength
      const steps = Math.floor((STEPS * read) / file.byteLength)
      if (steps > told && steps < STEPS) {
        told = steps
        onProgress(steps / STEPS)
      }
      return bytes
    },
  }
}

async function evaluationOf(deps: TableDeps, work: EvaluationWork): Promise<Measured> {
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
