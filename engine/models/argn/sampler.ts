// Rows drawn from a fitted autoregressive network, on a grid of full batches, so that row i is the same however
// ranges are cut.

import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import { openSession } from '#engine/tensor/session.ts'
import type { SamplerOptions } from '../algorithm.ts'
import { type Chooser, columnStride, createChooser } from '../chooser.ts'
import { batchesOf, inTurn, type Range } from '../grid.ts'
import {
  NO_TALLY,
  ofTarget,
  roomFor,
  type SampledColumn,
  type Sampler,
  type TargetShape,
} from '../sampled.ts'
import { allowedTokens } from '../tokens/allowed-tokens.ts'
import { createTokenDecoder, type TokenDecoder } from '../tokens/token-decoder.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { createLaws, type Law, lawModel } from './laws.ts'
import type { Network } from './network.ts'
import { createWindowDraw, type WindowDraw } from './window.ts'

export type FittedArgn = {
  targets: readonly TargetShape[]
  tokens: readonly Tokens[]
  network: Network
  /** By name, as the network has them. */
  parameters: ReadonlyMap<string, Float32Array>
}

/** Rows are drawn this many at a time, whatever is asked for: part of what the bytes depend on. */
export const GRID_ROWS = 2500
const STRIDE = columnStride(GRID_ROWS)

/**
 * Conditions are met by construction: their columns are drawn first, from laws without the other tokens, and all others
 * given them. AppError `invalid_request` for conditions that no row can meet.
 */
export async function createArgnSampler(
  { network, tokens, targets, parameters }: FittedArgn,
  { seed, conditions = {}, window, ...session }: SamplerOptions,
): Promise<Sampler> {
  const allowed = allowedTokens(tokens, conditions)
  const columns = [...network.layers.keys()]
  const rank = (column: number): number => {
    const step = window?.targets.indexOf(column) ?? -1
    return step >= 0 ? step : allowed.has(column) ? -1 : columns.length
  }
  const order = [...columns].sort((a, b) => rank(a) - rank(b))
  const running = await openSession(lawModel(), session)
  const chooser = createChooser({
    ...{ rows: GRID_ROWS, columns: columns.length },
    positions: Math.max(...network.layers.map((layer) => layer.tokens)),
  })
  const laws = createLaws(running, network, parameters, {
    ...{ rows: GRID_ROWS, order, allowed, weights: chooser.weights },
  })
  const rangeOf = (column: number) =>
    ofTarget(conditions.ranges, (targets[column] as TargetShape).name)
  const windowed = window?.targets.map((column) => {
    const law = laws[order.indexOf(column)] as Law
    return { law, tokens: tokens[column] as Tokens, range: rangeOf(column) }
  })
  const within =
    window && windowed && createWindowDraw(window, windowed, { chooser, seed, rows: GRID_ROWS })
  const drawBatch = createBatch(laws, chooser, createKeystream(seed, 2), {
    columns: new Set(window?.targets),
    draw: within?.draw,
  })
  const decode = createDecoding(chooser, createKeystream(seed, 3), (column) => {
    const made = within?.values[window?.targets.indexOf(column) ?? -1]
    return made ?? createTokenDecoder(tokens[column] as Tokens, rangeOf(column))
  })
  const sample: Sampler['sample'] = async (range, { signal, spare }) => {
    const found = roomFor(targets, range.to - range.from, spare)
    for (const { batch, rows, into } of batchesOf(range, GRID_ROWS)) {
      signal?.throwIfAborted()
      await drawBatch(batch)
      const parts = found.map((column) => column.subarray(into))
      decode(batch, rows, parts)
    }
    return found
  }
  return {
    targets,
    tally: () => NO_TALLY,
    release: () => running.release(),
    sample: inTurn(sample),
  }
}

/** Draws a batch: a token for each row of each column, in the codes of the chooser; columns of a window together. */
function createBatch(
  laws: readonly Law[],
  chooser: Chooser,
  bits: Keystream,
  within: { columns: ReadonlySet<number>; draw: WindowDraw['draw'] | undefined },
) {
  const start = laws.findIndex(({ column }) => within.columns.has(column))
  const words = new Uint32Array(laws.length * GRID_ROWS)
  return async (batch: number): Promise<void> => {
    bits.fill(batch, words)
    for (const [at, law] of laws.entries()) {
      const { column, count, tokens } = law
      if (at === start) await within.draw?.(batch)
      if (within.columns.has(column)) continue
      const own = words.subarray(column * GRID_ROWS, (column + 1) * GRID_ROWS)
      chooser.words.set(own, column * STRIDE)
      await law.weigh()
      chooser.choose(column, { start: 0, count })
      const drawn = chooser.codes.subarray(column * STRIDE, column * STRIDE + GRID_ROWS)
      if (tokens !== null)
        for (let row = 0; row < GRID_ROWS; row++)
          drawn[row] = tokens[drawn[row] as number] as number
      if (at < laws.length - 1) law.see(drawn)
    }
  }
}

/** Values of rows of the drawn batch, into the beginning of columns. */
function createDecoding(
  { codes }: Chooser,
  places: Keystream,
  /** Or the values, as they were made. */
  decoderOf: (column: number) => TokenDecoder | Float64Array,
) {
  const decoders = Array.from({ length: codes.length / STRIDE }, (_, column) => decoderOf(column))
  const words = new Uint32Array(GRID_ROWS)
  const blocksOfColumn = (4 * GRID_ROWS) / 16
  return (batch: number, rows: Range, into: readonly SampledColumn[]) => {
    for (const [column, decoder] of decoders.entries()) {
      if (decoder instanceof Float64Array) {
        into[column]?.set(decoder.subarray(rows.from, rows.to))
        continue
      }
      const { decode, isPlaced } = decoder
      if (isPlaced) places.fill(batch, words, column * blocksOfColumn)
      const start = column * STRIDE
      const drawn = codes.subarray(start + rows.from, start + rows.to)
      decode(drawn, words.subarray(rows.from, rows.to), into[column] as SampledColumn)
    }
  }
}
