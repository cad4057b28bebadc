// Merging the parts of an output: one file over 10,000 text chunks, nodes written to a folder, against reading and
// hashing the same bytes again as an import of the whole file would.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { putConcat } from '#coordinator/storage/put-dag.ts'
import { createPartHasher, type Link, MAX_PART_BYTES, partOf } from '#engine/dag/part.ts'
import { besides, measured, type Row } from './row.ts'

const CHUNKS = 10_000
const CHUNK_BYTES = 34_000
const RUNS = 5

/** Merge time of 10,000 chunks of 34 kB (340 MB), median of five, beside hashing them again. */
export async function mergeBench(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-merge-'))
  try {
    const links = Array.from({ length: CHUNKS }, (_, i) => partOf(chunk(i)).link)
    const mergeMs = await medianMs(RUNS, (run) => merge(join(dir, String(run)), links))
    const rehashMs = await medianMs(1, async () => rehash())
    const row = measured('merge')(`${CHUNKS} chunks`, mergeMs, 'ms')
    return [besides(row, 'hashing the merged bytes again', rehashMs)]
  } finally {
    await rm(dir, { recursive: true })
  }
}

const text = Buffer.alloc(CHUNK_BYTES, 'a line of text\n')

// The same memory each time, told apart by its first bytes: made in nanoseconds, hashed like any other.
function chunk(index: number): Buffer {
  text.writeUInt32LE(index, 0)
  return text
}

async function merge(dir: string, links: readonly Link[]): Promise<void> {
  const store = await createFolderStore(dir)
  const merged = await putConcat(store, links)
  if (merged.bytes !== CHUNKS * CHUNK_BYTES) throw new Error('the merged file has another length')
  await store.close()
}

function rehash(): void {
  if (CHUNKS * CHUNK_BYTES > MAX_PART_BYTES) throw new Error('more than one node of leaves')
  const hasher = createPartHasher()
  for (let index = 0; index < CHUNKS; index++) hasher.update(chunk(index))
  hasher.finish()
}

async function medianMs(runs: number, measure: (run: number) => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const from = performance.now()
    await measure(run)
    times.push(performance.now() - from)
  }
  return times.sort((a, b) => a - b)[runs >> 1] as number
}
