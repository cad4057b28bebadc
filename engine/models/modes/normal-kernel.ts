// Looks normal numbers up for half words of noise: a loop in WebAssembly, assembled here, from source, that costs half
// of what it does in JavaScript.

import {
  advance,
  assembleModule,
  constant,
  get,
  I32,
  OP,
  set,
  unsigned,
} from '#engine/wasm/assembler.ts'
import { compileKernel, instantiateKernel } from '#engine/wasm/kernel.ts'
import { normalByHalf } from './draws.ts'

export type NormalFiller = {
  /** Noise: rows of `words` words each. */
  noise: Uint32Array
  /** Rows of `width` numbers each. */
  numbers: Float32Array
  /** The numbers of all rows, from the half words of each row's noise that begin at `from`. */
  fill(): void
}

export type FillerSize = { rows: number; words: number; from: number; width: number }

// Parameters of `run`, then its local variables.
const HALVES = 0
const NUMBERS = 1
const END = 2
const ROW_END = 3

/** The table is where memory begins. */
function body({ words, width }: FillerSize): number[] {
  return [
    ...OP.loop,
    ...[...get(NUMBERS), ...constant(4 * width), ...OP.i32Add, ...set(ROW_END)],
    ...OP.loop,
    ...get(NUMBERS),
    ...[...get(HALVES), ...OP.i32Load16U, ...unsigned(0), ...constant(2), ...OP.i32Shl],
    ...[...OP.f32Load, ...unsigned(0), ...OP.f32Store, ...unsigned(0)],
    ...advance(HALVES, 2),
    ...advance(NUMBERS, 4),
    ...[...get(NUMBERS), ...get(ROW_END), ...OP.i32LtU, ...OP.brIf, 0, ...OP.end],
    ...advance(HALVES, 4 * words - 2 * width),
    ...[...get(NUMBERS), ...get(END), ...OP.i32LtU, ...OP.brIf, 0, ...OP.end],
  ]
}

type Run = (halves: number, numbers: number, end: number) => void

/** Room for noise and numbers. `plain` does without WebAssembly; the numbers are the same. */
export function createNormalFiller(
  size: FillerSize,
  { plain = false }: { plain?: boolean } = {},
): NormalFiller {
  const { rows, words, from, width } = size
  const table = normalByHalf()
  const noiseAt = table.byteLength
  const numbersAt = noiseAt + 4 * words * rows
  const bytes = numbersAt + 4 * width * rows
  const kernel = plain ? null : instantiate(size, bytes)
  const memory = kernel?.memory.buffer ?? new ArrayBuffer(bytes)
  const noise = new Uint32Array(memory, noiseAt, words * rows)
  const numbers = new Float32Array(memory, numbersAt, width * rows)
  if (kernel === null) {
    const halves = new Uint16Array(memory, noiseAt, 2 * noise.length)
    return { noise, numbers, fill: () => fillPlainly(table, halves, size, numbers) }
  }
  new Float32Array(memory, 0, table.length).set(table)
  return { noise, numbers, fill: () => kernel.run(noiseAt + 2 * from, numbersAt, bytes) }
}

function instantiate(size: FillerSize, bytes: number) {
  const code = assembleModule({
    memoryBytes: bytes,
    parameters: 3,
    locals: [[1, I32]],
    body: body(size),
  })
  return instantiateKernel<Run>(() => compileKernel(code))
}

function fillPlainly(
  table: Float32Array,
  halves: Uint16Array,
  { words, from, width }: FillerSize,
  numbers: Float32Array,
): void {
  for (let start = from, next = 0; next < numbers.length; start += 2 * words)
    for (let at = start; at < start + width; at++)
      numbers[next++] = table[halves[at] as number] as number
}
