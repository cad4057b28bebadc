// One of several codes for each row, by inversion of positive weights that stand position after position: in 128-bit
// vectors of four rows, assembled here, from source; the same without vectors where there are none.

import {
  advance,
  assembleModule,
  constant,
  get,
  I32,
  OP,
  set,
  unsigned,
  V128,
} from '#engine/wasm/assembler.ts'
import { compileKernel, instantiateKernel } from '#engine/wasm/kernel.ts'

export type Chooser = {
  /** [positions, rows]: where the weights of the next choice are put. */
  readonly weights: Float32Array
  /** Random words of a column from `columnStride(rows)` times its number on, one for each row. */
  readonly words: Uint32Array
  /** Codes, in the same order. */
  readonly codes: Int32Array
  /**
   * The codes of a column: numbers of positions of the span, counted from its start, each as often as its weight says.
   * A weight of 0 is never chosen; at least one is more, and their sum is finite. Columns are chosen in any order.
   */
  choose(column: number, span: { start: number; count: number }): void
}

export type ChooserSize = { rows: number; positions: number; columns: number }

const VECTOR_BYTES = 16
const VECTORS = 4
const GROUP_BYTES = VECTORS * VECTOR_BYTES
const GROUP_ROWS = GROUP_BYTES / 4

/** From the codes of a column to those of the next: whole groups of rows. */
export const columnStride = (rows: number): number => Math.ceil(rows / GROUP_ROWS) * GROUP_ROWS

/** A choice sees the upper bits of a word: as many as a float32 has. */
const UNUSED_BITS = 8
const UNIT = 2 ** (UNUSED_BITS - 32)
const UNIT_BITS = 0x33_80_00_00

// Parameters of `run`, then its local variables.
const WEIGHTS = 0
const WEIGHTS_END = 1
const WORDS = 2
const CODES = 3
const CODES_END = 4
const AT = 5
const SUMS = 6
const LIMITS = SUMS + VECTORS
const COUNTS = LIMITS + VECTORS

const zero = (local: number): number[] => [
  ...[...get(local), ...get(local), ...OP.v128Xor, ...set(local)],
]
const load = (pointer: number, vector: number): number[] => [
  ...[...get(pointer), ...OP.v128Load, ...unsigned(vector * VECTOR_BYTES)],
]
const forVectors = (step: (vector: number) => number[]): number[] =>
  Array.from({ length: VECTORS }, (_, vector) => step(vector)).flat()

/** Sums the weights of a group of rows; `after` each. */
function throughWeights(strideBytes: number, after: (vector: number) => number[]): number[] {
  return [
    ...[...get(WEIGHTS), ...set(AT)],
    ...forVectors((vector) => zero(SUMS + vector)),
    ...OP.loop,
    ...forVectors((vector) => [
      ...[...get(SUMS + vector), ...load(AT, vector), ...OP.f32x4Add, ...set(SUMS + vector)],
      ...after(vector),
    ]),
    ...advance(AT, strideBytes),
    ...[...get(AT), ...get(WEIGHTS_END), ...OP.i32LtU, ...OP.brIf, 0, ...OP.end],
  ]
}

/** Where in the sum of its weights each row's code is. */
function limits(vector: number): number[] {
  return [
    ...[...load(WORDS, vector), ...constant(UNUSED_BITS), ...OP.i32x4ShrU],
    ...[...OP.f32x4ConvertI32x4U, ...constant(UNIT_BITS), ...OP.i32x4Splat, ...OP.f32x4Mul],
    ...[...get(SUMS + vector), ...OP.f32x4Mul, ...set(LIMITS + vector), ...zero(COUNTS + vector)],
  ]
}

function body(strideBytes: number): number[] {
  const count = (vector: number): number[] => [
    ...[...get(COUNTS + vector), ...get(SUMS + vector), ...get(LIMITS + vector), ...OP.f32x4Le],
    ...[...OP.i32x4Sub, ...set(COUNTS + vector)],
  ]
  const store = (vector: number): number[] => [
    ...[...get(CODES), ...get(COUNTS + vector), ...OP.v128Store],
    ...unsigned(vector * VECTOR_BYTES),
  ]
  return [
    ...[...OP.block, ...OP.loop],
    ...[...get(CODES), ...get(CODES_END), ...OP.i32GeU, ...OP.brIf, 1],
    ...throughWeights(strideBytes, () => []),
    ...forVectors(limits),
    ...throughWeights(strideBytes, count),
    ...forVectors(store),
    ...[WEIGHTS, WEIGHTS_END, WORDS, CODES].flatMap((local) => advance(local, GROUP_BYTES)),
    ...[...OP.br, 0, ...OP.end, ...OP.end],
  ]
}

type Run = (weights: number, end: number, words: number, codes: number, codesEnd: number) => void

/** Room for a choice. `plain` does without vectors; the codes are the same. */
export function createChooser(
  { rows, positions, columns }: ChooserSize,
  { plain = false }: { plain?: boolean } = {},
): Chooser {
  const stride = columnStride(rows)
  const codesAt = 4 * stride * columns
  const weightsAt = 2 * codesAt
  const bytes = weightsAt + 4 * rows * positions + GROUP_BYTES
  const vectors = plain ? null : instantiate(4 * rows, bytes)
  const memory = vectors?.memory.buffer ?? new ArrayBuffer(bytes)
  const parts = {
    weights: new Float32Array(memory, weightsAt, rows * positions),
    words: new Uint32Array(memory, 0, stride * columns),
    codes: new Int32Array(memory, codesAt, stride * columns),
  }
  if (vectors === null)
    return {
      ...parts,
      choose: (column, { start, count }) =>
        choosePlainly(
          parts.weights.subarray(start * rows, (start + count) * rows),
          parts.words.subarray(column * stride, column * stride + rows),
          parts.codes.subarray(column * stride, column * stride + rows),
        ),
    }
  return {
    ...parts,
    choose(column, { start, count }) {
      const first = weightsAt + 4 * rows * start
      const words = 4 * stride * column
      const into = codesAt + words
      vectors.run(first, first + 4 * rows * count, words, into, into + 4 * stride)
    },
  }
}

function instantiate(strideBytes: number, bytes: number) {
  const code = assembleModule({
    memoryBytes: bytes,
    parameters: 5,
    locals: [
      [1, I32],
      [3 * VECTORS, V128],
    ],
    body: body(strideBytes),
  })
  return instantiateKernel<Run>(() => compileKernel(code))
}

function choosePlainly(weights: Float32Array, words: Uint32Array, codes: Int32Array): void {
  const rows = codes.length
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let at = row; at < weights.length; at += rows)
      sum = Math.fround(sum + (weights[at] as number))
    const limit = Math.fround(((words[row] as number) >>> UNUSED_BITS) * UNIT * sum)
    let code = 0
    let below = weights[row] as number
    for (let at = row + rows; below <= limit; at += rows) {
      below = Math.fround(below + (weights[at] as number))
      code++
    }
    codes[row] = code
  }
}
