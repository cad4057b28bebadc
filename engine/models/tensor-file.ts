// Named tensors and text in one file, in the safetensors layout (github.com/huggingface/safetensors, "Format"): the
// length of a JSON header, the header, the tensors one behind the other.

import { canonicalJson } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'

const KINDS = {
  F64: Float64Array,
  I64: BigInt64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const

/**
 * Name of the tensor that is an ONNX model, for other runtimes: it draws a batch without conditions. Nothing here ever
 * runs it, since a file may come from anyone; samplers build their graphs from the parameters.
 */
export const SAMPLING_GRAPH = 'sampling.onnx'

/** Its entry among the tensors. */
export function graphEntry(model: Uint8Array): [name: string, tensor: FileTensor] {
  return [SAMPLING_GRAPH, { shape: [model.length], values: model }]
}

type Dtype = keyof typeof KINDS
export type TensorValues =
  | Float64Array
  | BigInt64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array
export type FileTensor = { shape: readonly number[]; values: TensorValues }

export type TensorFile = {
  metadata: Readonly<Record<string, string>>
  tensors: ReadonlyMap<string, FileTensor>
}

type Entry = { dtype: Dtype; shape: number[]; data_offsets: [number, number] }

const LENGTH_BYTES = 8
const HEADER_BYTES_MAX = 16 << 20

/** The same bytes for the same contents: wide types first, so that all are aligned, then by name. */
export function encodeTensorFile({ metadata, tensors }: TensorFile): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) =>
      y.values.BYTES_PER_ELEMENT - x.values.BYTES_PER_ELEMENT || (a < b ? -1 : Number(a > b)),
  )
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const [name, { shape, values }] of sorted) {
    const from = end
    end += values.byteLength
    header[name] = { dtype: dtypeOf(values), shape, data_offsets: [from, end] }
  }
  const json = Buffer.from(canonicalJson(header))
  const padded = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(LENGTH_BYTES + padded + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true)
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + padded)
  file.set(json, LENGTH_BYTES)
  let at = LENGTH_BYTES + padded
  for (const [, { values }] of sorted) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return file
}

function dtypeOf(values: TensorValues): Dtype {
  const found = (Object.keys(KINDS) as Dtype[]).find((dtype) => values instanceof KINDS[dtype])
  return found as Dtype
}

/**
 * AppError `invalid_request` for bytes that are no such file: they may come from anyone. Tensors are copies, or where they
 * are `shared` the file's own memory, as far as it is aligned for them: both stay as they are then.
 */
export function decodeTensorFile(file: Uint8Array, { shared = false } = {}): TensorFile {
  const { header, data } = split(file)
  const { __metadata__: metadata = {}, ...entries } = header
  const tensors = new Map<string, FileTensor>()
  let end = 0
  const inOrder = Object.entries(entries).map(([name, entry]) => ({
    name,
    ...entryOf(name, entry),
  }))
  for (const { name, dtype, shape, data_offsets } of inOrder.sort(byOffset)) {
    const [from, to] = data_offsets
    const Kind = KINDS[dtype]
    const count = shape.reduce((product, length) => product * length, 1)
    if (from !== end || to - from !== count * Kind.BYTES_PER_ELEMENT || to > data.length)
      throw broken(`the tensor ${name} is not where it should be`)
    const isAligned = (data.byteOffset + from) % Kind.BYTES_PER_ELEMENT === 0
    const values =
      shared && isAligned
        ? new Kind(data.buffer, data.byteOffset + from, count)
        : new Kind(data.slice(from, to).buffer)
    tensors.set(name, { shape, values })
    end = to
  }
  if (end !== data.length) throw broken('there are bytes that belong to no tensor')
  return { metadata: textsOf(metadata), tensors }
}

const byOffset = (a: Entry, b: Entry): number =>
  a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]

function broken(what: string): AppError {
  return new AppError('invalid_request', `this is no model file: ${what}`)
}

function split(file: Uint8Array): {
  header: Record<string, unknown>
  data: Uint8Array<ArrayBuffer>
} {
  if (file.length < LENGTH_BYTES) throw broken('it is too short')
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)
  if (length > HEADER_BYTES_MAX || Number(length) > file.length - LENGTH_BYTES)
    throw broken('its header is longer than it may be')
  const end = LENGTH_BYTES + Number(length)
  const header = parseObject(Buffer.from(file.subarray(LENGTH_BYTES, end)).toString())
  // Not of the file's own kind: a Buffer's slices are no copies.
  const data = new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset + end, file.length - end)
  return { header, data }
}

/** AppError `invalid_request` for text that is no JSON object. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // Said below, as for any other value.
  }
  throw broken('its header is no JSON object')
}

function entryOf(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>
  if (
    typeof dtype === 'string' &&
    Object.hasOwn(KINDS, dtype) &&
    areLengths(shape) &&
    areLengths(data_offsets) &&
    data_offsets.length === 2
  )
    return { dtype: dtype as Dtype, shape, data_offsets: data_offsets as [number, number] }
  throw broken(`the tensor ${name} has no known type, shape or place`)
}

function areLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

function textsOf(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.some(([, text]) => typeof text !== 'string')) throw broken('its metadata is no text')
  return Object.fromEntries(entries as [string, string][])
}
