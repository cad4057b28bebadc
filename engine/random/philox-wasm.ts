// Philox4x32-10 for four rows at a time in 128-bit vectors: the same bits as philox.ts, about six times
// as fast. The module is assembled here, from source, when the first generator is made.

import { PHILOX, type Planes } from './philox.ts'
import { assembleModule, I32, OP, signed, unsigned, V128 } from './wasm-assembler.ts'

const PAGE_BYTES = 65_536
const PLANES = 6

// Parameters of `run`, then its local variables.
const K0 = 0
const K1 = 1
const DRAW = 2
const ORDINAL = 3
const COUNT = 4
const POINTER = 5
const X0 = 6
const X1 = 7
const X2 = 8
const X3 = 9
const FACTOR_0 = 10
const FACTOR_1 = 11
const LOW = 12
const HIGH = 13
const PRODUCT_LOW = 14
const DRAWS = 15
const ORDINALS = 16
const ROUND_KEYS = 17

const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]
const ODD_WORDS = EVEN_WORDS.map((lane) => lane + 4)

const get = (local: number): number[] => [...OP.localGet, ...unsigned(local)]
const set = (local: number): number[] => [...OP.localSet, ...unsigned(local)]
const constant = (value: number): number[] => [...OP.i32Const, ...signed(value)]
const splat = (code: number[], local: number): number[] => [
  ...code,
  ...OP.i32x4Splat,
  ...set(local),
]

function load(plane: number, planeBytes: number, local: number): number[] {
  return [...get(POINTER), ...OP.v128Load, ...unsigned(plane * planeBytes), ...set(local)]
}

function store(plane: number, planeBytes: number, local: number): number[] {
  return [...get(POINTER), ...get(local), ...OP.v128Store, ...unsigned(plane * planeBytes)]
}

/** Leaves the low words of `source * factor` in `lowInto` and its high words on the stack. */
function multiply(source: number, factor: number, lowInto: number): number[] {
  return [
    ...[...get(source), ...get(factor), ...OP.i64x2ExtmulLowU, ...set(LOW)],
    ...[...get(source), ...get(factor), ...OP.i64x2ExtmulHighU, ...set(HIGH)],
    ...[...get(LOW), ...get(HIGH), ...OP.i8x16Shuffle, ...EVEN_WORDS, ...set(lowInto)],
    ...[...get(LOW), ...get(HIGH), ...OP.i8x16Shuffle, ...ODD_WORDS],
  ]
}

function round(index: number): number[] {
  const key = ROUND_KEYS + 2 * index
  return [
    // x2 := high(M0 * x0) ^ x3 ^ key1, but its old value is needed for the other half first.
    ...[...multiply(X0, FACTOR_0, PRODUCT_LOW), ...get(X3), ...OP.v128Xor],
    ...[...get(key + 1), ...OP.v128Xor, ...set(X3)],
    ...[...multiply(X2, FACTOR_1, X0), ...get(X1), ...OP.v128Xor, ...get(key), ...OP.v128Xor],
    ...[...get(X0), ...set(X1), ...set(X0)],
    ...[...get(X3), ...set(X2), ...get(PRODUCT_LOW), ...set(X3)],
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

function body(planeBytes: number): number[] {
  const rounds = Array.from({ length: PHILOX.ROUNDS }, (_, index) => round(index)).flat()
  return [
    ...splat(constant(PHILOX.MULTIPLIER_0 | 0), FACTOR_0),
    ...splat(constant(PHILOX.MULTIPLIER_1 | 0), FACTOR_1),
    ...[...splat(get(DRAW), DRAWS), ...splat(get(ORDINAL), ORDINALS), ...roundKeys()],
    // From here COUNT is the end of the row planes in bytes; the last group may run over into spare room.
    ...[...get(COUNT), ...constant(2), ...OP.i32Shl, ...set(COUNT)],
    ...[...OP.block, ...OP.loop],
    ...[...get(POINTER), ...get(COUNT), ...OP.i32GeU, ...OP.brIf, 1],
    ...[...load(0, planeBytes, X0), ...load(1, planeBytes, X1)],
    ...[...get(DRAWS), ...set(X2), ...get(ORDINALS), ...set(X3)],
    ...rounds,
    ...[X0, X1, X2, X3].flatMap((local, index) => store(2 + index, planeBytes, local)),
    ...[...get(POINTER), ...constant(16), ...OP.i32Add, ...set(POINTER)],
    ...[...OP.br, 0, ...OP.end, ...OP.end],
  ]
}

/** The module's bytes for planes of `capacity` rows (a multiple of 4). */
export function philoxModule(capacity: number): Uint8Array<ArrayBuffer> {
  const planeBytes = capacity * 4
  return assembleModule({
    pages: Math.ceil((PLANES * planeBytes) / PAGE_BYTES),
    parameters: 5,
    locals: [
      [1, I32],
      [ROUND_KEYS - X0 + 2 * PHILOX.ROUNDS, V128],
    ],
    body: body(planeBytes),
  })
}

type Run = (k0: number, k1: number, draw: number, ordinal: number, count: number) => void

type Instance = { exports: { memory: { buffer: ArrayBuffer }; run: Run } }

/** What is used of the host's WebAssembly, which the language's own types leave out. */
type Host = {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => Instance
}

/** Planes in WebAssembly memory and the function that fills them; null where it is not available. */
export function instantiatePhilox(capacity: number): { planes: Planes; run: Run } | null {
  const host = (globalThis as { WebAssembly?: Host }).WebAssembly
  if (!host) return null
  try {
    const { memory, run } = new host.Instance(new host.Module(philoxModule(capacity))).exports
    const plane = (index: number) => new Uint32Array(memory.buffer, index * capacity * 4, capacity)
    const words = [plane(2), plane(3), plane(4), plane(5)] as const
    return { planes: { rowLow: plane(0), rowHigh: plane(1), words }, run }
  } catch {
    // No vector instructions here: the plain generator gives the same bits.
    return null
  }
}
