// Batches of rows drawn by a network that turns noise into codes and places.

import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import { type InferenceSession, Tensor } from '#engine/tensor/runtime.ts'
import { openSession, runInto, type SessionOptions } from '#engine/tensor/session.ts'
import { columnStride, createChooser } from '../chooser.ts'
import { type DecoderPlace, type DrawnRows, inTable, type Steps } from './decode.ts'
import { fillNormalByColumn } from './draws.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'
import { createNormalFiller } from './normal-kernel.ts'

/** Rows of a batch: part of what the bytes depend on. */
export const GRID_ROWS = 500
const STRIDE = columnStride(GRID_ROWS)
/** How often a row is drawn at most until it meets the conditions. */
export const CANDIDATES_MOST = 1000

/** Inputs and outputs of the model. */
export const DRAW = {
  ...{ latent: 'latent', spread: 'spread', condition: 'condition' },
  ...{ weights: 'weights', places: 'places' },
} as const

export type RowDrawing = {
  /**
   * Inputs: `latent` float32 [GRID_ROWS, embedding] and, where it is not 0, `spread` float32 [spread, GRID_ROWS], both
   * standard normal; `condition` int32 [GRID_ROWS], where there is one. Outputs: `weights` float32 [codes, GRID_ROWS], by
   * which codes are drawn, and `places` float32 [places, GRID_ROWS].
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

/** Where decoders find a column in what batches give. */
export function inBatch(column: number, { places }: Layout): DecoderPlace {
  return {
    column,
    codes: { from: column * STRIDE, step: 1 },
    places: { from: places.indexOf(column) * GRID_ROWS, step: 1 },
  }
}

/** `session` runs the drawing's model; what it gives is valid until the next call. */
export function createBatch(
  { places, spans, codes }: Layout,
  drawing: RowDrawing,
  session: InferenceSession,
  noise: Keystream,
): DrawBatch {
  const { embedding, spread, condition } = drawing
  const columns = spans.length
  /** Of a row: for each column a word for its code and one for its other levels, two for the condition. */
  const words = 2 * columns + 2
  /** Normal numbers follow, half a word each. */
  const stride = 4 * Math.ceil((words + (embedding + spread) / 2) / 4)
  const normals = createNormalFiller({
    ...{ rows: GRID_ROWS, words: stride, from: words * 2, width: embedding },
  })
  const memory = normals.noise
  const spare = new Uint32Array(memory.length)
  const halves = new Uint16Array(memory.buffer, memory.byteOffset, 2 * memory.length)
  const given = givenTo(drawing, normals.numbers)
  const chooser = createChooser({ rows: GRID_ROWS, positions: codes, columns })
  const alphas = new Float32Array(places.length * GRID_ROWS)
  const outputs: Record<string, Tensor> = {
    [DRAW.weights]: new Tensor('float32', chooser.weights, [codes, GRID_ROWS]),
  }
  if (places.length > 0)
    outputs[DRAW.places] = new Tensor('float32', alphas, [places.length, GRID_ROWS])
  const unit = (row: number, word: number): number =>
    (memory[row * stride + word] as number) / 4_294_967_296
  const spreadsAt = { words: stride * 2, from: words * 2 + embedding }
  const spreads = { into: given.spread, rows: GRID_ROWS }
  return async (number, slots) => {
    if (slots === null) noise.fill(number * CANDIDATES_MOST, memory)
    else fillSlots(noise, number, slots, { memory, stride, spare })
    normals.fill()
    fillNormalByColumn(halves, spreadsAt, spreads)
    if (condition)
      for (let row = 0; row < GRID_ROWS; row++)
        given.condition[row] = condition(unit(row, 2 * columns), unit(row, 2 * columns + 1))
    await runInto(session, given.inputs, outputs)
    transposeWords(memory, stride, chooser.words)
    for (const [column, span] of spans.entries()) chooser.choose(column, span)
    return {
      codes: chooser.codes,
      places: alphas,
      unit: (row, column) => unit(row, columns + column),
    }
  }
}

/** The first words of each row, by column. */
function transposeWords(noise: Uint32Array, stride: number, words: Uint32Array): void {
  for (let from = 0, row = 0; row < GRID_ROWS; from += stride, row++)
    for (let at = from, into = row; into < words.length; at++, into += STRIDE)
      words[into] = noise[at] as number
}

/** Memory of what the model is given. */
function givenTo({ embedding, spread, condition }: RowDrawing, latent: Float32Array) {
  const given = {
    spread: new Float32Array(spread * GRID_ROWS),
    condition: new Int32Array(GRID_ROWS),
  }
  const inputs: Record<string, Tensor> = {
    [DRAW.latent]: new Tensor('float32', latent, [GRID_ROWS, embedding]),
  }
  if (spread > 0) inputs[DRAW.spread] = new Tensor('float32', given.spread, [spread, GRID_ROWS])
  if (condition) inputs[DRAW.condition] = new Tensor('int32', given.condition, [GRID_ROWS])
  return { ...given, inputs }
}

/** Up to so many different candidates at once, noise is made of whole batches; beyond, row by row. */
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
      for (const column of layout.spans.keys()) {
        const [from, into] = [inBatch(column, layout), inTable(column, layout)]
        copyRows(drawn.codes, from.codes, codes, into.codes, at)
        if (into.places.from >= 0) copyRows(drawn.places, from.places, places, into.places, at)
      }
    }
    return { rows, codes, places }
  } finally {
    await running.release()
  }
}

/** A column of a batch into its rows of a table. */
function copyRows(
  drawn: ArrayLike<number>,
  from: Steps,
  table: Uint8Array | Float32Array,
  into: Steps,
  batch: number,
): void {
  const start = into.from + batch * GRID_ROWS * into.step
  for (let row = 0; row < GRID_ROWS; row++)
    table[start + row * into.step] = drawn[from.from + row * from.step] as number
}
