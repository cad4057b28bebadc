// Tables of FlatBuffers (Google, "FlatBuffer Internals"), read with every place checked: what is behind the end throws
// RangeError, as a DataView does.

export type FlatTable = { view: DataView; at: number }

export function rootTable(bytes: Uint8Array): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { view, at: view.getInt32(0, true) }
}

/** Where a field is; 0: it is not there. */
function placeOf({ view, at }: FlatTable, slot: number): number {
  const vtable = at - view.getInt32(at, true)
  const entry = 4 + 2 * slot
  const size = view.getInt16(vtable, true)
  const offset = entry < size ? view.getInt16(vtable + entry, true) : 0
  return offset === 0 ? 0 : at + offset
}

export function byteOf(table: FlatTable, slot: number): number {
  const place = placeOf(table, slot)
  return place === 0 ? 0 : table.view.getUint8(place)
}

/** RangeError for what no number holds exactly. */
export function longOf(table: FlatTable, slot: number): number {
  const place = placeOf(table, slot)
  return place === 0 ? 0 : longAt(table.view, place)
}

export function longAt(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true))
  if (!Number.isSafeInteger(value)) throw new RangeError('a length that nothing has')
  return value
}

export function tableOf({ view, at }: FlatTable, slot: number): FlatTable | null {
  const place = placeOf({ view, at }, slot)
  return place === 0 ? null : { view, at: place + view.getInt32(place, true) }
}

export type FlatVector = { view: DataView; first: number; length: number }

/** RangeError where its elements, of so many bytes each, are not all there. */
export function vectorOf(table: FlatTable, slot: number, elementBytes: number): FlatVector {
  const { view } = table
  const place = placeOf(table, slot)
  if (place === 0) return { view, first: 0, length: 0 }
  const at = place + view.getInt32(place, true)
  const length = view.getInt32(at, true)
  const first = at + 4
  if (length < 0 || first + length * elementBytes > view.byteLength)
    throw new RangeError('a vector that is longer than what it is in')
  return { view, first, length }
}

/** The tables of a vector of them. */
export function* tablesOf({ view, first, length }: FlatVector): Iterable<FlatTable> {
  for (let at = first; at < first + 4 * length; at += 4)
    yield { view, at: at + view.getInt32(at, true) }
}
