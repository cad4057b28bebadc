// Batches of rows drawn by a network that turns noise into codes and places.

import ort from 'onnxruntime-node'
import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import type { DrawnRows } from './decode.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'

/** Rows of a batch: part of what the bytes depend on. */
export const GRID_ROWS = 1000
/** Candidates of a row. */
export const CANDIDATES_MOST = 1000

/** Inputs and outputs of the model. */
export const DRAW = {
  bits: 'bits',
  condition: 'condition',
  codes: 'codes',
  places: 'places',
} as const

/** Words of a row of `bits`: those that the model reads, one per column, two for the condition; whole cipher blocks. */
export function noiseStride(words: number, columns: number): number {
  return Math.ceil((words + columns + 2) / 4) * 4
}

export type RowDrawing = {
  /** `bits` uint32 [GRID_ROWS, noise stride] to `codes` uint8 [.., columns] and `places` float32 [.., places]. */
  model: Uint8Array
  /** Noise words of a row that the model reads. */
  words: number
  /** The condition of a row from two numbers in [0, 1), for models that have one. */
  condition?: ((first: number, second: number) => number) | undefined
}

/** Which candidate of which row each slot of a batch holds. */
export type Slots = { rows: Int32Array; candidates: Int32Array }
/** Draws the grid's batch of that number, or candidates of its rows. */
export type DrawBatch = (at: number, slots: Slots | null) => Promise<DrawnRows>

/** `session` runs the drawing's model; what it gives is valid until the next call. */
export function createBatch(
  { places, spans }: Layout,
  { words, condition }: RowDrawing,
  session: ort.InferenceSession,
  noise: Keystream,
): DrawBatch {
  const columns = spans.length
  const stride = noiseStride(words, columns)
  const memory = new Uint32Array(GRID_ROWS * stride)
  const spare = new Uint32Array(memory.length)
  const inputs: Record<string, ort.Tensor> = {
    [DRAW.bits]: new ort.Tensor('uint32', memory, [GRID_ROWS, stride]),
  }
  const chosen = new Int32Array(GRID_ROWS)
  if (condition) inputs[DRAW.condition] = new ort.Tensor('int32', chosen, [GRID_ROWS])
  const unit = (row: number, word: number): number =>
    (memory[row * stride + words + word] as number) / 4_294_967_296
  return async (at, slots) => {
    if (slots === null) noise.fill(at * CANDIDATES_MOST, memory)
    else fillSlots(noise, at, slots, { memory, stride, spare })
    if (condition)
      for (let row = 0; row < GRID_ROWS; row++)
        chosen[row] = condition(unit(row, columns), unit(row, columns + 1))
    const outputs = await session.run(inputs)
    return {
      codes: outputs[DRAW.codes]?.data as Uint8Array,
      places:
        places.length > 0 ? (outputs[DRAW.places]?.data as Float32Array) : new Float32Array(0),
      unit,
    }
  }
}

/** From so many candidates of a row on, the noise of single rows is made instead of that of whole batches. */
const WHOLE_MOST = 32

/** The noise of a candidate is that of its row in the whole batch of that candidate. */
function fillSlots(
  noise: Keystream,
  at: number,
  { rows, candidates }: Slots,
  { memory, stride, spare }: { memory: Uint32Array; stride: number; spare: Uint32Array },
): void {
  const step = at * CANDIDATES_MOST
  const wanted = [...new Set(candidates)]
  const whole = wanted.length <= WHOLE_MOST
  for (const candidate of whole ? wanted : []) {
    noise.fill(step + candidate, spare)
    for (const [slot, row] of rows.entries())
      if (candidates[slot] === candidate)
        memory.set(spare.subarray(row * stride, (row + 1) * stride), slot * stride)
  }
  if (whole) return
  for (const [slot, row] of rows.entries()) {
    const into = memory.subarray(slot * stride, (slot + 1) * stride)
    noise.fill(step + (candidates[slot] as number), into, (row * stride) / 4)
  }
}

/** `batches` of rows as they are drawn, for measuring. */
export async function drawTable(
  layout: Layout,
  drawing: RowDrawing,
  { seed, batches, ...session }: SessionOptions & { seed: number; batches: number },
): Promise<EncodedTable> {
  const running = await openSession(drawing.model, session)
  try {
    const batch = createBatch(layout, drawing, running, createKeystream(seed, 5))
    const rows = batches * GRID_ROWS
    const codes = new Uint8Array(rows * layout.spans.length)
    const places = new Float32Array(rows * layout.places.length)
    for (let at = 0; at < batches; at++) {
      const drawn = await batch(at, null)
      codes.set(drawn.codes, at * GRID_ROWS * layout.spans.length)
      places.set(drawn.places, at * GRID_ROWS * layout.places.length)
    }
    return { rows, codes, places }
  } finally {
    await running.release()
  }
}
