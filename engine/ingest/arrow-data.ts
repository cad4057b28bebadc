// Columns of an Arrow batch as the library hands them on: whether the values that a column says it has are there, and
// the places that it points to are its own (Arrow columnar format, "Physical Memory Layout").

import { type Data, DataType, type Vector } from 'apache-arrow'
import type { Unpacked } from './limits.ts'

const DEPTH_MAX = 64
const VIEW_BYTES = 16
/** Longer texts of views stand elsewhere. */
const INLINE_BYTES = 12

export type ArrowCheck = (data: Data) => void

/** RangeError for a column that says more than it has; `unpacked` is told of all values. Dictionaries are looked at once. */
export function createArrowCheck(unpacked: Unpacked): ArrowCheck {
  const known = new WeakSet<Data>()
  const visit = (data: Data, depth: number): void => {
    if (depth > DEPTH_MAX) throw new RangeError('values within values, too deep')
    unpacked.take(data.length)
    checkValues(data, unpacked)
    for (const child of data.children as (Data | undefined)[]) {
      if (child === undefined) throw new RangeError('a column that is not there')
      visit(child, depth + 1)
    }
    const { dictionary } = data as { dictionary?: Vector }
    for (const chunk of dictionary?.data ?? []) {
      if (known.has(chunk)) continue
      known.add(chunk)
      visit(chunk, depth + 1)
    }
  }
  return (data) => visit(data, 0)
}

const need = (holds: boolean, what: string): void => {
  if (!holds) throw new RangeError(what)
}

function checkValues(data: Data, unpacked: Unpacked): void {
  const { type, length, stride, children } = data
  const values = (data.values as { length: number } | undefined)?.length ?? 0
  const child = (children[0] as Data | undefined)?.length ?? 0
  if (DataType.isNull(type)) return
  if (DataType.isStruct(type) || DataType.isSparseUnion(type)) {
    for (const { length: own } of children) need(own >= length, 'a column shorter than its rows')
    if (DataType.isSparseUnion(type)) checkTypes(data)
  } else if (DataType.isDenseUnion(type)) checkDense(data)
  else if (DataType.isFixedSizeList(type))
    need(type.listSize >= 0 && child >= length * type.listSize, 'lists shorter than their rows')
  else if (DataType.isList(type) || DataType.isMap(type) || DataType.isLargeList(type))
    checkOffsets(data, child)
  else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) checkViews(data, unpacked)
  else if (isOfOffsets(type)) checkOffsets(data, values)
  else if (DataType.isBool(type)) need(8 * values >= length, 'values that are not there')
  else if (DataType.isDictionary(type)) checkCodes(data)
  else need(stride > 0 && values >= length * stride, 'values that are not there')
}

const isOfOffsets = (type: DataType): boolean =>
  DataType.isUtf8(type) ||
  DataType.isBinary(type) ||
  DataType.isLargeUtf8(type) ||
  DataType.isLargeBinary(type)

/** They rise from row to row, and end within what they point to. */
function checkOffsets({ valueOffsets, length }: Data, end: number): void {
  if (length === 0) return
  const offsets = valueOffsets as ArrayLike<number | bigint>
  need(offsets.length > length, 'offsets that are not there')
  let before = Number(offsets[0])
  need(before >= 0, 'an offset of less than nothing')
  for (let row = 1; row <= length; row++) {
    const next = Number(offsets[row])
    need(next >= before, 'offsets that go back')
    before = next
  }
  need(before <= end, 'an offset behind the end')
}

function checkCodes(data: Data): void {
  const { length } = data
  const codes = data.values as ArrayLike<number | bigint>
  const levels = (data as { dictionary?: Vector }).dictionary?.length ?? 0
  need(codes.length >= length, 'values that are not there')
  for (let row = 0; row < length; row++) {
    const code = Number(codes[row])
    if (code >= 0 && code < levels) continue
    need(!data.getValid(row), 'a code of no level')
  }
}

function checkTypes({ type, typeIds, length, children }: Data): void {
  const places = (type as { typeIdToChildIndex?: Record<number, number> }).typeIdToChildIndex ?? {}
  const ids = typeIds as ArrayLike<number>
  need(ids.length >= length, 'types that are not there')
  for (let row = 0; row < length; row++)
    need(children[places[ids[row] as number] ?? -1] !== undefined, 'a type of no column')
}

function checkDense(data: Data): void {
  checkTypes(data)
  const { type, valueOffsets, typeIds, length, children } = data
  const places = (type as { typeIdToChildIndex?: Record<number, number> }).typeIdToChildIndex ?? {}
  const offsets = valueOffsets as ArrayLike<number>
  need(offsets.length >= length, 'offsets that are not there')
  for (let row = 0; row < length; row++) {
    const column = children[places[(typeIds as ArrayLike<number>)[row] as number] ?? -1] as Data
    const at = offsets[row] as number
    need(at >= 0 && at < column.length, 'an offset behind the end')
  }
}

function checkViews({ values, variadicBuffers, length }: Data, unpacked: Unpacked): void {
  const bytes = values as Uint8Array
  need(bytes.byteLength >= length * VIEW_BYTES, 'values that are not there')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let row = 0; row < length; row++) {
    const at = row * VIEW_BYTES
    const size = view.getInt32(at, true)
    need(size >= 0, 'a text of less than nothing')
    unpacked.take(size)
    if (size <= INLINE_BYTES) continue
    const buffer = variadicBuffers[view.getInt32(at + 8, true)] as Uint8Array | undefined
    const from = view.getInt32(at + 12, true)
    need(buffer !== undefined && from >= 0, 'a buffer that is not there')
    need(from + size <= (buffer as Uint8Array).byteLength, 'an offset behind the end')
  }
}
