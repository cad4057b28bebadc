// The profile of a dataset of any length: what is known of it is kept now and then, so that whoever comes after a
// process that ended goes on from there, to the same bytes.

import {
  createFileWriter,
  openStoredFile,
  type StoredFile,
} from '#coordinator/datasets/stored-file.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { codeOf } from '#engine/errors.ts'
import { readBatches } from '#engine/ingest/read-batches.ts'
import type { RandomAccess, ReadPlace } from '#engine/ingest/records.ts'
import { keptBytes, readKept } from '#engine/profile/kept-state.ts'
import type { Profile } from '#engine/profile/profile.ts'
import { createProfiler, type Profiler } from '#engine/profile/profiler.ts'
import type { ProfileWork } from './work.ts'

export type ProfileHooks = {
  /** Least time between two checkpoints. */
  checkpointMs: number
  /** Share of the file that is read; told again and again while it is read. */
  onProgress: (share: number) => void
  onCheckpoint: (kept: StoredFile) => void
}

/** The same dataset has the same profile. */
const PROFILE_SEED = 0
/** Bytes of the file that are read for each byte of a checkpoint. */
const READ_PER_KEPT = 4

/** Of all rows, in memory of one batch and a sample. AppError as reading the dataset. */
export async function profileDataset(
  { store }: { store: BlockStore },
  { dataset, checkpoint }: ProfileWork,
  { checkpointMs, onProgress, onCheckpoint }: ProfileHooks,
): Promise<Profile> {
  const { fields, reading } = dataset
  const { profiler, place } = await begun(store, { dataset, checkpoint })
  const source = watched(openStoredFile(store, dataset), place, onProgress)
  const schedule = createSchedule(checkpointMs)
  for await (const batch of readBatches(source, fields, { ...reading, from: place })) {
    profiler.add(batch)
    if (!schedule.isDue(source.read())) continue
    const kept = await keep(store, { profiler, place: batch.place, width: fields.length })
    schedule.kept(source.read(), kept.bytes)
    onCheckpoint(kept)
  }
  return profiler.finish().profile
}

type Begun = { profiler: Profiler; place: ReadPlace }

/** From the checkpoint, or anew where there is none that can be read. */
async function begun(
  store: BlockStore,
  { dataset: { fields, name }, checkpoint }: Pick<ProfileWork, 'dataset' | 'checkpoint'>,
): Promise<Begun> {
  const options = { name, seed: PROFILE_SEED, pairs: true }
  if (checkpoint !== null)
    try {
      const { place, state } = await readKept(openStoredFile(store, checkpoint))
      return { profiler: createProfiler(fields, options, state), place }
    } catch (error) {
      if (codeOf(error) === 'infrastructure') throw error
    }
  return { profiler: createProfiler(fields, options), place: { rows: 0, text: null } }
}

async function keep(
  store: BlockStore,
  { profiler, place, width }: Begun & { width: number },
): Promise<StoredFile> {
  const writer = createFileWriter(store)
  for (const piece of keptBytes({ place, state: profiler.state() }, width)) await writer.add(piece)
  return writer.finish()
}

/** Time passes between checkpoints, and so much is read that they cost little of the work and of the store. */
function createSchedule(leastMs: number) {
  let [atMs, atRead, bytes] = [performance.now(), 0, 0]
  return {
    isDue: (read: number): boolean =>
      performance.now() - atMs >= leastMs && read - atRead >= READ_PER_KEPT * bytes,
    kept(read: number, size: number): void {
      ;[atMs, atRead, bytes] = [performance.now(), read, size]
    },
  }
}

/** Steps in which progress is told. */
const STEPS = 1000

/** The file, of which each byte is read about once, but for those before the place where it is text. */
function watched(
  file: RandomAccess,
  { text }: ReadPlace,
  onProgress: (share: number) => void,
): RandomAccess & { read(): number } {
  let read = text?.bytes ?? 0
  let told = -1
  return {
    byteLength: file.byteLength,
    read: () => read,
    async slice(from, to) {
      const bytes = await file.slice(from, to)
      read += bytes.byteLength
      const steps = Math.min(STEPS - 1, Math.floor((STEPS * read) / file.byteLength))
      if (steps > told) {
        told = steps
        onProgress(steps / STEPS)
      }
      return bytes
    },
  }
}
