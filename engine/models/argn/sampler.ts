// Rows drawn from a fitted autoregressive network, on a grid of full batches, so that row i is the same however
// ranges are cut.

import { AppError } from '#engine/errors.ts'
import { createKeystream, type Keystream } from '#engine/tensor/noise.ts'
import { type InferenceSession, Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import type { Conditions, SampledColumn, Sampler, TargetShape } from '../sampled.ts'
import type { Network } from './network.ts'
import { SAMPLING, samplingModel } from './sampling.ts'
import { decodeTokens, type Tokens, tokenCount } from './tokens.ts'

export type FittedArgn = {
  targets: readonly TargetShape[]
  tokens: readonly Tokens[]
  network: Network
  /** By name, as the network has them. */
  parameters: ReadonlyMap<string, Float32Array>
}

export type SamplerOptions = SessionOptions & { seed: number; conditions?: Conditions }

/** Rows are drawn this many at a time, whatever is asked for: part of what the bytes depend on. */
export const GRID_ROWS = 2500

/**
 * Conditions are met by construction: their columns are drawn first, from laws without the other tokens, and all others
 * given them. AppError `invalid_request` for conditions that no row can meet.
 */
export async function createArgnSampler(
  fitted: FittedArgn,
  { seed, conditions = {}, ...session }: SamplerOptions,
): Promise<Sampler> {
  const { network, tokens, targets } = fitted
  const weights = tokenWeights(tokens, conditions)
  const columns = [...network.layers.keys()]
  const order = [...columns].sort((a, b) => Number(weights.has(b)) - Number(weights.has(a)))
  const model = samplingModel(network, fitted.parameters, { batchRows: GRID_ROWS, order, weights })
  const running = await openSession(model, session)
  const noise = { bits: createKeystream(seed, 2), places: createKeystream(seed, 3) }
  return {
    targets,
    acceptedShare: () => 1,
    release: () => running.release(),
    async sample({ from, to }, { signal }) {
      const found = targets.map((target): SampledColumn => emptyOf(target, to - from))
      for (let batch = Math.floor(from / GRID_ROWS); batch * GRID_ROWS < to; batch++) {
        signal?.throwIfAborted()
        const drawn = await drawBatch(running, columns.length, noise.bits, batch)
        const place = placesOf(noise.places, batch, columns.length)
        const start = batch * GRID_ROWS
        const rows = { from: Math.max(from - start, 0), to: Math.min(to - start, GRID_ROWS) }
        for (const column of columns) {
          const codes = columnOf(drawn, column, columns.length, rows)
          const units = place(column).subarray(rows.from, rows.to)
          const range = conditions.ranges?.[(targets[column] as TargetShape).name]
          const values = decodeTokens(tokens[column] as Tokens, codes, units, range)
          found[column]?.set(values, start + rows.from - from)
        }
      }
      return found
    },
  }
}

function emptyOf({ kind }: TargetShape, rows: number): SampledColumn {
  return kind === 'numeric' ? new Float64Array(rows) : new Int32Array(rows)
}

async function drawBatch(
  session: InferenceSession,
  columns: number,
  bits: Keystream,
  batch: number,
): Promise<Int32Array> {
  const memory = new Uint32Array(columns * GRID_ROWS)
  bits.fill(batch, memory)
  const input = new Tensor('uint32', memory, [columns, GRID_ROWS])
  const { [SAMPLING.tokens]: output } = await session.run({ [SAMPLING.bits]: input })
  return output?.data as Int32Array
}

/** Where within its bin a row's value is, by column: numbers in [0, 1). */
function placesOf(places: Keystream, batch: number, columns: number) {
  const words = new Uint32Array(columns * GRID_ROWS)
  places.fill(batch, words)
  return (column: number): Float64Array =>
    Float64Array.from(
      words.subarray(column * GRID_ROWS, (column + 1) * GRID_ROWS),
      (word) => word / 4_294_967_296,
    )
}

function columnOf(
  drawn: Int32Array,
  column: number,
  columns: number,
  { from, to }: { from: number; to: number },
): Int32Array {
  const codes = new Int32Array(to - from)
  for (let row = from; row < to; row++) codes[row - from] = drawn[row * columns + column] as number
  return codes
}

function tokenWeights(
  tokens: readonly Tokens[],
  { levels = {}, ranges = {} }: Conditions,
): Map<number, Float32Array> {
  const weights = new Map<number, Float32Array>()
  for (const [column, known] of tokens.entries()) {
    const [wanted, range] = [levels[known.name], ranges[known.name]]
    const shares = new Float64Array(tokenCount(known)).fill(1)
    if (wanted) for (const code of shares.keys()) shares[code] = Number(wanted.includes(code))
    if (range && known.kind === 'numeric') narrow(known, range, shares)
    if (!shares.some((share) => share > 0))
      throw new AppError('invalid_request', `no value of ${known.name} meets the condition`)
    if (shares.some((share) => share < 1)) weights.set(column, Float32Array.from(shares, Math.log))
  }
  return weights
}

/** Of each token, the share that lies in the range. */
function narrow(
  { atoms, bins, decimals, hasNull }: Tokens & { kind: 'numeric' },
  range: { min: number; max: number; nulls?: true },
  shares: Float64Array,
): void {
  const scale = 10 ** decimals
  const places = (from: number, to: number): number =>
    Math.max(0, Math.floor(to * scale) - Math.ceil(from * scale) + 1)
  shares.fill(0)
  if (hasNull && range.nulls) shares[shares.length - 1] = 1
  for (const [code, atom] of atoms.entries())
    shares[code] = Number(atom >= range.min && atom <= range.max)
  for (const [at, [from, to]] of bins.entries())
    shares[atoms.length + at] =
      places(Math.max(from, range.min), Math.min(to, range.max)) / places(from, to)
}
