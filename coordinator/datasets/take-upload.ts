// An upload on its way in: each piece goes to the part store and to whoever tells what the columns are.

import type { Database } from '#coordinator/database/database.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { peek } from '#engine/ingest/bytes.ts'
import { type Inferred, inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import type { ReadOptions } from '#engine/ingest/records.ts'
import {
  createFileWriter,
  type FileWriter,
  openStoredFile,
  type StoredFile,
} from './stored-file.ts'

export type TakenUpload = { file: StoredFile; found: Inferred }

export type TakeDeps = { database: Database; store: BlockStore }

/** Far within the grace of the sweep. */
const NOTED_EACH_MS = 10 * 60_000
const HEAD_BYTES = 8
const PARQUET = 'PAR1'

/**
 * Stores the file and finds out what is in it, in one pass (Parquet, whose footer comes last: from the store, after it
 * came). AppError as `readRecords` and `inferFields`; what was stored of a refused file goes with the next sweep.
 */
export async function takeUpload(
  { database, store }: TakeDeps,
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<TakenUpload> {
  const passed = options.signal === undefined ? {} : { signal: options.signal }
  const writer = createFileWriter(store, passed)
  const notes = createNotes(database)
  try {
    const { head, whole } = await peek(source, HEAD_BYTES)
    const stored = new StoredStream(whole, writer, notes)
    const isParquet = Buffer.from(head.subarray(0, 4)).toString('latin1') === PARQUET
    if (!isParquet) {
      const found = await inferFields(await readRecords(stored, options), passed)
      await stored.rest()
      return { file: await writer.finish(), found }
    }
    await stored.rest()
    const file = await writer.finish()
    const found = await inferFields(
      await readRecords(openStoredFile(store, file, passed), options),
      passed,
    )
    return { file, found }
  } finally {
    await notes.remove()
  }
}

/** The stream, each piece stored before it is read. Who stops reading leaves the rest to `rest`. */
class StoredStream implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #writer: FileWriter
  readonly #notes: Notes

  constructor(source: AsyncIterable<Uint8Array>, writer: FileWriter, notes: Notes) {
    this.#source = source[Symbol.asyncIterator]()
    this.#writer = writer
    this.#notes = notes
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() }
  }

  async rest(): Promise<void> {
    while ((await this.#next()).done !== true);
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    const next = await this.#source.next()
    if (next.done === true) return next
    await this.#writer.add(next.value)
    await this.#notes.note(this.#writer)
    return next
  }
}

type Notes = { note(writer: FileWriter): Promise<void>; remove(): Promise<void> }

/** An upload that takes long is noted, so that what came of it is not swept. */
function createNotes(database: Database): Notes {
  const id = newId('dat')
  let last = Date.now()
  let noted = false
  return {
    async note(writer) {
      if (Date.now() - last < NOTED_EACH_MS) return
      last = Date.now()
      const root = await writer.rootSoFar()
      if (root === null) return
      noted = true
      await database.query(
        `insert into dataset_uploads (id, root_cid) values ($1, $2)
         on conflict (id) do update set root_cid = excluded.root_cid, touched_at = now()`,
        [id, root],
      )
    },
    async remove() {
      if (noted) await database.query('delete from dataset_uploads where id = $1', [id])
    },
  }
}
