// Batches of rows drawn by a network that turns noise into codes and places.

import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import { type InferenceSession, Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import type { DrawnRows } from './decode.ts'
import { chooseCodes, fillNormal } from './draws.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'

/** Rows of a batch: part of what the bytes depend on. */
export const GRID_ROWS = 1000
/** Candidates of a row. */
export const CANDIDATES_MOST = 1000

/** Inputs and outputs of the model. */
export const DRAW = {
  ...{ latent: 'latent', spread: 'spread', condition: 'condition' },
  ...{ weights: 'weights', places: 'places' },
} as const

export type RowDrawing = {
  /**
   * `latent` float32 [GRID_ROWS, embedding] and, where it is not 0, `spread` [.., spread], standard normal, and
   * `condition` int32 [GRID_ROWS] to `weights` float32 [.., codes], by which codes are drawn, and `places` [.., places].
   */
  model: Uint8Array
  embedding: number
  spread: number
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
  { embedding, spread, condition }: RowDrawing,
  session: InferenceSession,
  noise: Keystream,
): DrawBatch {
  const columns = spans.length
  /** Of each row: a word for each column's code and for its other levels, two for the condition, half of one a normal. */
  const words = 2 * columns + 2
  const stride = 4 * Math.ceil((words + (embedding + spread) / 2) / 4)
  const memory = new Uint32Array(GRID_ROWS * stride)
  const spare = new Uint32Array(memory.length)
  const halves = new Uint16Array(memory.buffer)
  const latent = new Float32Array(GRID_ROWS * embedding)
  const spreads = new Float32Array(GRID_ROWS * spread)
  const chosen = new Int32Array(GRID_ROWS)
  const inputs: Record<string, Tensor> = {
    [DRAW.latent]: new Tensor('float32', latent, [GRID_ROWS, embedding]),
  }
  if (spread > 0) inputs[DRAW.spread] = new Tensor('float32', spreads, [GRID_ROWS, spread])
  if (condition) inputs[DRAW.condition] = new Tensor('int32', chosen, [GRID_ROWS])
  const unit = (row: number, word: number): number =>
    (memory[row * stride + word] as number) / 4_294_967_296
  const at = { words: stride * 2, from: words * 2 }
  return async (number, slots) => {
    if (slots === null) noise.fill(number * CANDIDATES_MOST, memory)
    else fillSlots(noise, number, slots, { memory, stride, spare })
    fillNormal(halves, at, { into: latent, width: embedding })
    fillNormal(halves, { ...at, from: at.from + embedding }, { into: spreads, width: spread })
    if (condition)
      for (let row = 0; row < GRID_ROWS; row++)
        chosen[row] = condition(unit(row, 2 * columns), unit(row, 2 * columns + 1))
    const outputs = await session.run(inputs)
    const weights = outputs[DRAW.weights]?.data as Float32Array
    return {
      codes: chooseCodes(weights, spans, { words: memory, stride }),
      places:
        places.length > 0 ? (outputs[DRAW.places]?.data as Float32Array) : new Float32Array(0),
      unit: (row, column) => unit(row, columns + column),
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
