// Shares of tokens as the data have them. Dropout has a network learn with a part of its units; with all of them it is surer
// of what is frequent than it should be, column by column, and what is rare comes too rarely.

import { log } from '#engine/math/elementary.ts'
import type { InferenceSession } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import type { TokenTable } from './fitting.ts'
import { createLaws, lawModel } from './laws.ts'
import type { Network } from './network.ts'

/** Those of a table are in random order. */
const ROWS_MOST = 20_000
const BATCH_ROWS = 2500
const PASSES = 3
/** Rows of each kind that are added to what is counted and to what is expected: few rows say little of a share. */
const CAUTION = 1

type Values = ReadonlyMap<string, Float32Array>

/**
 * The parameters with other biases of the second layers: for rows of the data, in the order in which columns are drawn, the
 * mean chance of each token comes to be its share.
 */
export async function calibrateShares(
  network: Network,
  values: Values,
  table: TokenTable,
  options: SessionOptions,
): Promise<Map<string, Float32Array>> {
  const found = new Map(values)
  const rows = Math.min(table.rows, ROWS_MOST)
  const counted = countsOf(network, table, rows)
  const session = await openSession(lawModel(), options)
  try {
    for (let pass = 0; pass < PASSES; pass++) {
      const expected = await expectedCounts({ network, values: found, session }, table, rows)
      for (const [column, counts] of counted.entries()) {
        const name = `second ${column}.bias`
        const chances = expected[column] as Float64Array
        const corrected = (bias: number, token: number): number =>
          bias + log(((counts[token] as number) + CAUTION) / ((chances[token] as number) + CAUTION))
        found.set(name, (found.get(name) as Float32Array).map(corrected))
      }
    }
  } finally {
    await session.release()
  }
  return found
}

type Tokens = readonly Float64Array[]

const zeros = ({ layers }: Network): Float64Array[] =>
  layers.map(({ tokens }) => new Float64Array(tokens))

function countsOf(network: Network, { tokens }: TokenTable, rows: number): Tokens {
  const counts = zeros(network)
  for (const [at, token] of tokens.subarray(0, rows * counts.length).entries()) {
    const column = counts[at % counts.length] as Float64Array
    column[token] = (column[token] as number) + 1
  }
  return counts
}

type Known = {
  network: Network
  values: Values
  session: InferenceSession
}

/** Sums of the chances of each token over the rows, each given the tokens of its row in the columns before. */
async function expectedCounts(
  { network, values, session }: Known,
  { tokens }: TokenTable,
  rows: number,
): Promise<Tokens> {
  const columns = network.layers.length
  const batchRows = Math.min(BATCH_ROWS, rows)
  const weights = new Float32Array(
    batchRows * Math.max(...network.layers.map((layer) => layer.tokens)),
  )
  const order = network.layers.map((_, column) => column)
  const given = { rows: batchRows, order, allowed: new Map(), weights }
  const laws = createLaws(session, network, values, given)
  const sums = zeros(network)
  const own = new Int32Array(batchRows)
  for (let from = 0; from < rows; from += batchRows) {
    // The last batch is filled up with rows before it.
    const first = Math.min(from, rows - batchRows)
    for (const law of laws) {
      for (let row = 0; row < batchRows; row++)
        own[row] = tokens[(first + row) * columns + law.column] as number
      await law.weigh()
      addChances(sums[law.column] as Float64Array, weights, { batchRows, skip: from - first })
      law.see(own)
    }
  }
  return sums
}

/** `weights` [tokens, batchRows]; the first `skip` rows were added with the batch before. */
function addChances(
  sums: Float64Array,
  weights: Float32Array,
  { batchRows, skip }: { batchRows: number; skip: number },
): void {
  const totals = new Float64Array(batchRows)
  for (let token = 0; token < sums.length; token++)
    for (let row = skip; row < batchRows; row++)
      totals[row] = (totals[row] as number) + (weights[token * batchRows + row] as number)
  for (let token = 0; token < sums.length; token++) {
    let sum = 0
    for (let row = skip; row < batchRows; row++)
      sum += (weights[token * batchRows + row] as number) / (totals[row] as number)
    sums[token] = (sums[token] as number) + sum
  }
}
