// A profile that is not finished as bytes, so that another process goes on with it: pieces of V8's serialization, each
// behind its length, a column at a time.

import { deserialize, serialize } from 'node:v8'
import type { RandomAccess, ReadPlace } from '#engine/ingest/records.ts'
import type { ColumnState, ProfilerState } from './profiler.ts'

/** Of what is kept, and of what hashes, samples and sums mean in it: a change of any is another version. */
const VERSION = 1
const LENGTH_BYTES = 4

export type KeptState = { place: ReadPlace; state: ProfilerState }

type Opening = Omit<ProfilerState, 'columns'> & { version: number; place: ReadPlace; width: number }

/** Good until the profiler's next `add`. */
export function* keptBytes({ place, state }: KeptState, width: number): Iterable<Uint8Array> {
  const { rows, distinctRows, columns } = state
  yield* framed({ version: VERSION, place, width, rows, distinctRows } satisfies Opening)
  for (const column of columns) yield* framed(column)
}

function* framed(piece: unknown): Iterable<Uint8Array> {
  const bytes = serialize(piece)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(bytes.length)
  yield length
  yield bytes
}

/** Throws where they are not whole, or of another version; the file's own errors pass through. */
export async function readKept(file: RandomAccess): Promise<KeptState> {
  const piece = createPieces(file)
  const opening = (await piece()) as Opening
  if (opening.version !== VERSION) throw new TypeError(`a state of version ${opening.version}`)
  const { place, width, rows, distinctRows } = opening
  const columns: ColumnState[] = []
  while (columns.length < width) columns.push((await piece()) as ColumnState)
  return { place, state: { rows, distinctRows, columns } }
}

function createPieces(file: RandomAccess): () => Promise<unknown> {
  let at = 0
  const next = async (bytes: number): Promise<Buffer> => {
    if (at + bytes > file.byteLength) throw new TypeError('the state is cut')
    const read = Buffer.from(await file.slice(at, at + bytes))
    at += bytes
    return read
  }
  return async () => deserialize(await next((await next(LENGTH_BYTES)).readUInt32LE()))
}
