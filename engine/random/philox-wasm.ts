// Philox4x32-10 in 128-bit vectors of four rows, two vectors at a time so that one computes while the other
// waits: the same bits as philox.ts, many times as fast. The module is assembled here, from source, when the
// first generator is made.

import { createKept } from '#engine/kept.ts'
import {
  assembleModule,
  constant,
  get,
  I32,
  OP,
  set,
  unsigned,
  V128,
} from '#engine/wasm/assembler.ts'
import type { CompiledModule } from '#engine/wasm/host.ts'
import { compileKernel, instantiateKernel } from '#engine/wasm/kernel.ts'
import { PHILOX, type Planes } from './philox.ts'

const PLANES = 6
const GROUP_BYTES = 16
const GROUPS = 2

// Parameters of `run`, then its local variables.
const K0 = 0
const K1 = 1
const DRAW = 2
const ORDINAL = 3
const COUNT = 4
const POINTER = 5
const FACTOR_0 = 6
const FACTOR_1 = 7
const DRAWS = 8
const ORDINALS = 9
const ROUND_KEYS = 10
const GROUP_LOCALS = ROUND_KEYS + 2 * PHILOX.ROUNDS
const LOCALS_PER_GROUP = 7

/** Locals of one group of four rows: the counter, and room for products. */
type Group = { x: [number, number, number, number]; low: number; high: number; product: number }

function group(index: number): Group {
  const first = GROUP_LOCALS + index * LOCALS_PER_GROUP
  const x: Group['x'] = [first, first + 1, first + 2, first + 3]
  return { x, low: first + 4, high: first + 5, product: first + 6 }
}

const GROUP_LIST = Array.from({ length: GROUPS }, (_, index) => group(index))

const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]
const ODD_WORDS = EVEN_WORDS.map((lane) => lane + 4)

const splat = (code: number[], local: number): number[] => [
  ...code,
  ...OP.i32x4Splat,
  ...set(local),
]

/** The code of one step for every group, interleaved step by step. */
const forGroups = (step: (group: Group, index: number) => number[]): number[] =>
  GROUP_LIST.flatMap(step)

/** `low` and `high` := the 64-bit products of lanes 0, 1 and 2, 3 of `source` with `factor`. */
function products({ low, high }: Group, source: number, factor: number): number[] {
  return [
    ...[...get(source), ...get(factor), ...OP.i64x2ExtmulLowU, ...set(low)],
    ...[...get(source), ...get(factor), ...OP.i64x2ExtmulHighU, ...set(high)],
  ]
}

/** Low or high words of the products, on the stack. */
function wordsOf({ low, high }: Group, lanes: readonly number[]): number[] {
  return [...get(low), ...get(high), ...OP.i8x16Shuffle, ...lanes]
}

const xor = (local: number): number[] => [...get(local), ...OP.v128Xor]

function round(index: number): number[] {
  const key = ROUND_KEYS + 2 * index
  return [
    ...forGroups((at) => products(at, at.x[0], FACTOR_0)),
    ...forGroups((at) => [...wordsOf(at, EVEN_WORDS), ...set(at.product)]),
    // The new x2, kept in x3 until the old x2 has been multiplied.
    ...forGroups((at) => [
      ...wordsOf(at, ODD_WORDS),
      ...xor(at.x[3]),
      ...xor(key + 1),
      ...set(at.x[3]),
    ]),
    ...forGroups((at) => products(at, at.x[2], FACTOR_1)),
    ...forGroups((at) => [
      ...wordsOf(at, ODD_WORDS),
      ...xor(at.x[1]),
      ...xor(key),
      ...set(at.x[0]),
    ]),
    ...forGroups((at) => [...wordsOf(at, EVEN_WORDS), ...set(at.x[1])]),
    ...forGroups((at) => [...get(at.x[3]), ...set(at.x[2]), ...get(at.product), ...set(at.x[3])]),
  ]
}

function roundKeys(): number[] {
  return Array.from({ length: PHILOX.ROUNDS }, (_, index) => [
    ...splat(
      [...get(K0), ...constant(Math.imul(index, PHILOX.WEYL_0)), ...OP.i32Add],
      ROUND_KEYS + 2 * index,
    ),
    ...splat(
      [...get(K1), ...constant(Math.imul(index, PHILOX.WEYL_1)), ...OP.i32Add],
      ROUND_KEYS + 2 * index + 1,
    ),
  ]).flat()
}

function load(offset: number, local: number): number[] {
  return [...get(POINTER), ...OP.v128Load, ...unsigned(offset), ...set(local)]
}

function store(offset: number, local: number): number[] {
  return [...get(POINTER), ...get(local), ...OP.v128Store, ...unsigned(offset)]
}

function body(planeBytes: number): number[] {
  const rounds = Array.from({ length: PHILOX.ROUNDS }, (_, index) => round(index)).flat()
  const at = (plane: number, index: number) => plane * planeBytes + index * GROUP_BYTES
  return [
    ...splat(constant(PHILOX.MULTIPLIER_0 | 0), FACTOR_0),
    ...splat(constant(PHILOX.MULTIPLIER_1 | 0), FACTOR_1),
    ...[...splat(get(DRAW), DRAWS), ...splat(get(ORDINAL), ORDINALS), ...roundKeys()],
    // From here COUNT is the end of the rows in bytes; the last turn may run over into spare room.
    ...[...get(COUNT), ...constant(2), ...OP.i32Shl, ...set(COUNT)],
    ...[...OP.block, ...OP.loop],
    ...[...get(POINTER), ...get(COUNT), ...OP.i32GeU, ...OP.brIf, 1],
    ...forGroups(({ x }, index) => [...load(at(0, index), x[0]), ...load(at(1, index), x[1])]),
    ...forGroups(({ x }) => [...get(DRAWS), ...set(x[2]), ...get(ORDINALS), ...set(x[3])]),
    ...rounds,
    ...forGroups(({ x }, index) => x.flatMap((local, word) => store(at(2 + word, index), local))),
    ...[...get(POINTER), ...constant(GROUPS * GROUP_BYTES), ...OP.i32Add, ...set(POINTER)],
    ...[...OP.br, 0, ...OP.end, ...OP.end],
  ]
}

/** The module's bytes for planes of `capacity` rows, a multiple of the eight that one turn of the loop makes. */
function philoxModule(capacity: number): Uint8Array<ArrayBuffer> {
  const planeBytes = capacity * 4
  const vectors = GROUP_LOCALS + GROUPS * LOCALS_PER_GROUP - FACTOR_0
  return assembleModule({
    memoryBytes: PLANES * planeBytes,
    parameters: 5,
    locals: [
      [1, I32],
      [vectors, V128],
    ],
    body: body(planeBytes),
  })
}

type Run = (k0: number, k1: number, draw: number, ordinal: number, count: number) => void

/** Modules by their capacity: what one has compiled and optimised, all its instances share. */
const keep = createKept<CompiledModule>(4)

/** Planes in WebAssembly memory and the function that fills them; null where it is not available. */
export function instantiatePhilox(capacity: number): { planes: Planes; run: Run } | null {
  const kernel = instantiateKernel<Run>(() =>
    keep(String(capacity), () => compileKernel(philoxModule(capacity))),
  )
  if (kernel === null) return null
  const { memory, run } = kernel
  const plane = (index: number) => new Uint32Array(memory.buffer, index * capacity * 4, capacity)
  const words = [plane(2), plane(3), plane(4), plane(5)] as const
  return { planes: { rowLow: plane(0), rowHigh: plane(1), words }, run }
}
