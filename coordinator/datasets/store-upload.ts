// An upload on its way in: each piece goes to the part store and to whoever tells what the columns are.

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

type StoreDeps = {
  store: BlockStore
  /** Called now and then with the root of what is stored so far, so that no sweep takes it. */
  onRoot: (cid: string) => void
}

/** Far within the grace of the sweep. */
const NOTED_EACH_MS = 10 * 60_000
const HEAD_BYTES = 8
const PARQUET = 'PAR1'

/**
 * Stores the file and finds out what is in it, in one pass (Parquet, whose footer comes last: from the store, after it
 * came). AppError as `readRecords` and `inferFields`; what was stored of a refused file goes with the next sweep.
 */
export async function storeUpload(
  { store, onRoot }: StoreDeps,
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<TakenUpload> {
  const passed = options.signal === undefined ? {} : { signal: options.signal }
  const writer = createFileWriter(store, passed)
  const { head, whole } = await peek(source, HEAD_BYTES)
  const stored = new StoredStream(whole, writer, createNotes(onRoot))
  const isParquet = Buffer.from(head.subarray(0, 4)).toString('latin1') === PARQUET
  if (!isParquet) {
    const found = await inferFields(await readRecords(stored, options), passed)
    await stored.rest()
    return { file: await writer.finish(), found }
  }
  await stored.rest()
  const file = await writer.finish()
  // Reading it may take longer than the grace.
  onRoot(file.cid)
  const again = openStoredFile(store, file, passed)
  return { file, found: await inferFields(await readRecords(again, options), passed) }
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

type Notes = { note(writer: FileWriter): Promise<void> }

function createNotes(onRoot: (cid: string) => void): Notes {
  let last = Date.now()
  return {
    async note(writer) {
      if (Date.now() - last < NOTED_EACH_MS) return
      last = Date.now()
      const root = await writer.rootSoFar()
      if (root !== null) onRoot(root)
    },
  }
}
