// Measures one thing: reads its tables out of the part store, and writes what is to be served.

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { openStoredFile } from '#coordinator/datasets/stored-file.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { readBatches } from '#engine/ingest/read-batches.ts'
import { configFromProfile } from '#engine/profile/config-from-profile.ts'
import type { Profile } from '#engine/profile/profile.ts'
import { renderProfile } from '#engine/profile/profile-page.ts'
import { createProfiler } from '#engine/profile/profiler.ts'
import { configText } from '#engine/profile/written-config.ts'
import type { Measured, ProfileWork, Work } from './work.ts'

/** The same dataset has the same profile. */
const PROFILE_SEED = 0

const zip = promisify(gzip)

export type MeasureDeps = { store: Pick<BlockStore, 'get'> }

/** AppError as reading the tables does. */
export async function measure(deps: MeasureDeps, work: Work): Promise<Measured> {
  const profile = await profileOf(deps, work)
  const config = configText(configFromProfile(profile))
  return {
    document: await zip(JSON.stringify(profile)),
    page: await zip(renderProfile(profile)),
    config: await zip(config),
  }
}

/** Of all rows, in memory of one batch and a sample. */
async function profileOf({ store }: MeasureDeps, { dataset }: ProfileWork): Promise<Profile> {
  const { fields, name, reading } = dataset
  const profiler = createProfiler(fields, { name, seed: PROFILE_SEED, pairs: true })
  const source = openStoredFile(store, dataset)
  for await (const batch of readBatches(source, fields, reading)) profiler.add(batch)
  return profiler.finish().profile
}
