// Strings out of a list: the list is the dictionary, sorted, so that statistics are a matter of integers.

import type { CodeVector } from '#engine/rules/vector.ts'
import { compareBytes, textBounds } from './byte-bounds.ts'
import { type ByteSink, reserve } from './byte-sink.ts'
import type { ValueStore, ValueWriter } from './column.ts'
import { dictionaryBytes, dictionaryWriter } from './dictionary.ts'
import type { PageRange } from './presence.ts'

/** Entries in order, none twice, and each code's place among them. */
type Ranking = { entries: Uint8Array[]; ranks: Int32Array }

function rankingOf(dictionary: readonly string[]): Ranking {
  const encoder = new TextEncoder()
  const encoded = dictionary.map((text) => encoder.encode(text))
  const order = Array.from(encoded, (_, code) => code)
  order.sort((a, b) => compareBytes(encoded[a] as Uint8Array, encoded[b] as Uint8Array))
  const entries: Uint8Array[] = []
  const ranks = new Int32Array(dictionary.length)
  for (const code of order) {
    const entry = encoded[code] as Uint8Array
    const last = entries.at(-1)
    if (!last || compareBytes(last, entry) !== 0) entries.push(entry)
    ranks[code] = entries.length - 1
  }
  return { entries, ranks }
}

/** Values as plain bytes: each with its length in front. */
function plainEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 4 + entry.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const entry of entries) {
    view.setUint32(at, entry.length, true)
    bytes.set(entry, at + 4)
    at += 4 + entry.length
  }
  return bytes
}

function copy(
  vector: CodeVector,
  ranks: Int32Array,
  n: number,
  to: Int32Array,
  at: number,
): number {
  const { codes, nulls } = vector
  let next = at
  if (nulls) {
    for (let i = 0; i < n; i++) {
      to[next] = ranks[codes[i] as number] as number
      next += 1 - (nulls[i] as number)
    }
  } else for (let i = 0; i < n; i++) to[next++] = ranks[codes[i] as number] as number
  return next
}

type Store = {
  ranking: Ranking
  /** The rank of each value. */
  values: Int32Array
  count: number
  /** 1 where the rank is one of a value. */
  isUsed: Uint8Array
  /** Index in the block's dictionary of each rank in use. */
  places: Int32Array
  indices: Int32Array
}

/** The ranks in use, ascending. */
function usedRanks({ isUsed, places }: Store): number[] {
  const used: number[] = []
  for (let rank = 0; rank < isUsed.length; rank++) {
    if (isUsed[rank] === 1) places[rank] = used.push(rank) - 1
  }
  return used
}

/** Least and greatest rank of a page; looked for until they are the block's. */
function extremeRanks(
  values: Int32Array,
  { from, to }: PageRange,
  [least, greatest]: readonly [number, number],
): [number, number] {
  let min = values[from] as number
  let max = min
  for (let i = from + 1; i < to && (min > least || max < greatest); i++) {
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  return [min, max]
}

function plainWriter({ ranking, values }: Store, bounds: ValueWriter['bounds']): ValueWriter {
  return {
    ...{ encoding: 'plain', dictionary: null, bounds },
    append(sink: ByteSink, { from, to }) {
      for (let i = from; i < to; i++) {
        const entry = ranking.entries[values[i] as number] as Uint8Array
        reserve(sink, 4 + entry.length)
        sink.view.setUint32(sink.length, entry.length, true)
        sink.memory.set(entry, sink.length + 4)
        sink.length += 4 + entry.length
      }
    },
  }
}

function writerOf(store: Store): ValueWriter {
  const { ranking, values, count, places, indices } = store
  const entry = (rank: number) => ranking.entries[rank] as Uint8Array
  const used = usedRanks(store)
  const extremes = [used[0] ?? 0, used.at(-1) ?? 0] as const
  const bounds: ValueWriter['bounds'] = (page) => {
    if (page.to === page.from) return null
    const [min, max] = extremeRanks(values, page, extremes)
    return textBounds(entry(min), entry(max))
  }
  const bytes = plainEntries(used.map(entry))
  if (2 * used.length > count) {
    let plain = 0
    for (let i = 0; i < count; i++) plain += 4 + entry(values[i] as number).length
    if (dictionaryBytes(count, used.length, bytes.length) >= plain)
      return plainWriter(store, bounds)
  }
  const dictionary = { bytes, values: used.length, bounds }
  if (used.length === places.length) return dictionaryWriter({ ...dictionary, indices: values })
  for (let i = 0; i < count; i++) indices[i] = places[values[i] as number] as number
  return dictionaryWriter({ ...dictionary, indices })
}

/** Values of a list, for at most `capacity` rows. */
export function createCodeStore(vector: CodeVector, capacity: number): ValueStore {
  const ranking = rankingOf(vector.dictionary)
  // One more than fits: compaction writes before it knows whether the value stays.
  const values = new Int32Array(capacity + 1)
  const { length } = ranking.entries
  const [isUsed, places] = [new Uint8Array(length), new Int32Array(length)]
  const store: Store = {
    ...{ ranking, values, count: 0, isUsed, places },
    indices: new Int32Array(capacity),
  }
  return {
    take(n) {
      const from = store.count
      const to = copy(vector, ranking.ranks, n, values, from)
      for (let i = from; i < to; i++) isUsed[values[i] as number] = 1
      store.count = to
    },
    writer: () => writerOf(store),
    compare: compareBytes,
    reset() {
      store.count = 0
      isUsed.fill(0)
    },
  }
}
