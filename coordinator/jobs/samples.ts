// The datasets that a submitted config names as samples, by their profiles.

import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import type { Database } from '#coordinator/database/database.ts'
import { type DatasetRow, readDataset } from '#coordinator/datasets/dataset-row.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { type ProfilePart, readProfile } from '#coordinator/measurements/profile-row.ts'
import { samplesOf } from '#engine/config/parse.ts'
import type { Sample } from '#engine/config/samples.ts'
import { AppError } from '#engine/errors.ts'
import type { Profile } from '#engine/profile/profile.ts'
import { sampleOf } from '#engine/profile/sample.ts'
import type { WrittenConfig, WrittenTable } from '#engine/profile/written-config.ts'

/** A submission waits so long for the profiles of small datasets, that none may have asked for yet. */
const WAIT_MS = 10_000
const LOOK_MS = 100

/**
 * By dataset, those that the config of a body names. AppError `not_found` for one that the caller does not see, `conflict`
 * while its profile is made.
 */
export async function samplesFor(
  database: Database,
  principal: Principal,
  body: unknown,
  { waitMs = WAIT_MS }: { waitMs?: number } = {},
): Promise<Map<string, Sample>> {
  const { config } = { ...(body as { config?: unknown } | null) }
  const isSource = typeof config === 'string' || (typeof config === 'object' && config !== null)
  const until = performance.now() + waitMs
  const samples = new Map<string, Sample>()
  for (const id of isSource ? samplesOf(config) : []) {
    const dataset = await readDataset(database, principal, id)
    samples.set(id, await readSample(database, dataset, until))
  }
  return samples
}

async function readSample(database: Database, dataset: DatasetRow, until: number): Promise<Sample> {
  const document = await madePart(database, dataset, 'document', until)
  const config = await madePart(database, dataset, 'config', until)
  const profile = JSON.parse(document.toString()) as Profile
  const { tables } = parse(config.toString()) as WrittenConfig
  return sampleOf(profile, tables[0] as WrittenTable)
}

async function madePart(
  database: Database,
  dataset: DatasetRow,
  part: ProfilePart,
  until: number,
): Promise<Buffer> {
  for (;;) {
    const { bytes, progress } = await readProfile(database, dataset, part)
    if (bytes !== null) return bytes
    if (performance.now() > until) throw stillMade(dataset, progress)
    await delay(LOOK_MS)
  }
}

function stillMade({ id }: DatasetRow, progress: number): AppError {
  const percent = Math.floor(progress * 100)
  const message = `The profile of sample ${id} is being made (${percent} % of it read)`
  const hint = `Send the job again when GET /api/datasets/${id}/profile has it`
  return new AppError('conflict', `${message}. ${hint}.`)
}
