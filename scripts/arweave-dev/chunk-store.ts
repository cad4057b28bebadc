// The bytes that were posted: one sparse file for each (data root, data size), and a log of the chunks in it.
// As on the network, data belongs to its root, so two transactions with the same data share it.

import { mkdirSync } from 'node:fs'
import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { openEventLog } from './event-log.ts'

type Stored = { key: string; from: number; bytes: number; atMs: number }
type Data = { chunks: Set<number>; bytes: number; lastMs: number }

/** `dataRoot` in base64url, `dataSize` in decimal: a transaction's own fields. */
export type DataKey = { data_root: string; data_size: string }
export type ChunkStore = {
  /** Keeps a chunk at byte `from`; one that is there already changes nothing. */
  write: (key: DataKey, from: number, chunk: Uint8Array) => Promise<void>
  /** When the last chunk arrived (wall clock, ms); undefined while any is missing. 0 for no data. */
  completeAtMs: (key: DataKey) => number | undefined
  /** The file with the bytes; whole only once complete. */
  path: (key: DataKey) => string
  close: () => void
}

/** Opens the store kept in `dataDir`. */
export function openChunkStore(dataDir: string): ChunkStore {
  const folder = join(dataDir, 'data')
  mkdirSync(folder, { recursive: true })
  const log = openEventLog<Stored>(join(dataDir, 'chunks.jsonl'))
  const stored = new Map<string, Data>()

  const dataOf = (key: string): Data => {
    const data = stored.get(key) ?? { chunks: new Set(), bytes: 0, lastMs: 0 }
    stored.set(key, data)
    return data
  }
  const apply = ({ key, from, bytes, atMs }: Stored): void => {
    const data = dataOf(key)
    data.chunks.add(from)
    data.bytes += bytes
    data.lastMs = atMs
  }
  for (const event of log.events) apply(event)
  const path = (key: DataKey): string => join(folder, nameOf(key))

  return {
    path,
    async write(dataKey, from, chunk) {
      const key = nameOf(dataKey)
      await writeAt(path(dataKey), from, chunk)
      // The same chunk may have come twice at once; it counts once.
      if (dataOf(key).chunks.has(from)) return
      const event = { key, from, bytes: chunk.length, atMs: Date.now() }
      log.append(event)
      apply(event)
    },
    completeAtMs(key) {
      if (key.data_size === '0') return 0
      const data = stored.get(nameOf(key))
      return data && data.bytes === Number(key.data_size) ? data.lastMs : undefined
    },
    close: log.close,
  }
}

function nameOf({ data_root, data_size }: DataKey): string {
  return `${data_root}.${data_size}`
}

async function writeAt(path: string, from: number, chunk: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT)
  try {
    await file.write(chunk, 0, chunk.length, from)
  } finally {
    await file.close()
  }
}
