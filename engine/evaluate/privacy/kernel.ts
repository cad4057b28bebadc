// Distances of one point to very many in 128-bit vectors of four: what finds the closest where a tree cannot, because
// columns are many and independent. The module is assembled here, from source, when it is first needed.

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

/** Points of a block: four vectors that are computed side by side. */
export const BLOCK_POINTS = 16

const VECTORS = 4
const VECTOR_BYTES = 16
const BLOCK_BYTES = VECTORS * VECTOR_BYTES

// What the memory holds: two constants, the running result, the query, the blocks.
const MASK_AT = 0
const ONE_AT = 16
const FIRST_AT = 32
const SECOND_AT = 48
const QUERY_AT = 64

// Parameters of `run`: where blocks begin and end, and where the query ends; then its local variables.
const AT = 0
const END = 1
const QUERY_END = 2
const QUERY = 3
const MASK = 4
const ONE = 5
const FIRST = 6
const SECOND = 7
const VALUE = 8
const SUMS = 9

const load = (address: number, local: number): number[] => [
  ...constant(0),
  ...[...OP.v128Load, ...unsigned(address), ...set(local)],
]
const store = (address: number, local: number): number[] => [
  ...constant(0),
  ...[...get(local), ...OP.v128Store, ...unsigned(address)],
]
const sums = Array.from({ length: VECTORS }, (_, at) => SUMS + at)

/** Adds min(1, |point - query|) of one column to the sums of the block. */
function column(): number[] {
  return [
    ...[...get(QUERY), ...OP.v128Load32Splat, ...unsigned(0), ...set(VALUE)],
    ...sums.flatMap((sum, at) => [
      ...get(sum),
      ...get(ONE),
      ...[...get(AT), ...OP.v128Load, ...unsigned(at * VECTOR_BYTES)],
      ...[...get(VALUE), ...OP.f32x4Sub, ...get(MASK), ...OP.v128And],
      ...[...OP.f32x4PMin, ...OP.f32x4Add, ...set(sum)],
    ]),
    ...advance(AT, BLOCK_BYTES),
    ...advance(QUERY, 4),
  ]
}

/** Keeps the least and the second least sum of each lane. */
function keepLeast(sum: number): number[] {
  return [
    ...[...get(SECOND), ...get(FIRST), ...get(sum), ...OP.f32x4PMax, ...OP.f32x4PMin],
    ...set(SECOND),
    ...[...get(FIRST), ...get(sum), ...OP.f32x4PMin, ...set(FIRST)],
  ]
}

function body(): number[] {
  return [
    ...[...load(MASK_AT, MASK), ...load(ONE_AT, ONE)],
    ...[...load(FIRST_AT, FIRST), ...load(SECOND_AT, SECOND)],
    ...[...OP.block, ...OP.loop],
    ...[...get(AT), ...get(END), ...OP.i32GeU, ...OP.brIf, ...unsigned(1)],
    ...sums.flatMap((sum) => [...get(sum), ...get(sum), ...OP.v128Xor, ...set(sum)]),
    ...[...constant(QUERY_AT), ...set(QUERY)],
    ...OP.loop,
    ...column(),
    ...[...get(QUERY), ...get(QUERY_END), ...OP.i32LtU, ...OP.brIf, ...unsigned(0)],
    ...OP.end,
    ...sums.flatMap(keepLeast),
    ...[...OP.br, ...unsigned(0), ...OP.end, ...OP.end],
    ...[...store(FIRST_AT, FIRST), ...store(SECOND_AT, SECOND)],
  ]
}

export type Kernel = {
  /** Where blocks go: of each the first column of all its points, then the second; `floats` of them. */
  blocks: Float32Array
  /**
   * The least and second least distance sums of the query to the points of `count` floats of blocks, and to those
   * before: `least` has four lanes of the one, then of the other, and is read and written.
   */
  run(query: Float32Array, count: number, least: Float32Array): void
}

type Run = (at: number, end: number, queryEnd: number) => void

/** Room for `floats` coordinates of points of `width` columns; null where there are no vector instructions. */
export function createKernel(width: number, floats: number): Kernel | null {
  const blocksAt = Math.ceil((QUERY_AT + 4 * width) / BLOCK_BYTES) * BLOCK_BYTES
  const code = assembleModule({
    memoryBytes: blocksAt + 4 * floats,
    parameters: 3,
    locals: [
      [1, I32],
      [5 + VECTORS, V128],
    ],
    body: body(),
  })
  const kernel = instantiateKernel<Run>(() => compileKernel(code))
  if (kernel === null) return null
  const { run } = kernel
  const { buffer } = kernel.memory
  new Uint32Array(buffer, MASK_AT, 4).fill(0x7fff_ffff)
  new Float32Array(buffer, ONE_AT, 4).fill(1)
  const results = new Float32Array(buffer, FIRST_AT, 8)
  const asked = new Float32Array(buffer, QUERY_AT, width)
  return {
    blocks: new Float32Array(buffer, blocksAt, floats),
    run(query, count, least) {
      asked.set(query)
      results.set(least)
      run(blocksAt, blocksAt + 4 * count, QUERY_AT + 4 * width)
      least.set(results)
    },
  }
}
