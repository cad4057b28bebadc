// The law that latent vectors are drawn from. Those of the data, once the network is trained, do not quite follow the
// standard normal law, and between them a decoder makes rows that are like none. A mixture of normal laws comes closer
// (density estimation after the fact, Ghosh et al. 2020, section 4): one around the centre of each group of vectors, all
// with one covariance. The decoder's first layer takes centres and covariance in.

import { cholesky } from '#engine/math/positive-definite.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { exponential, multiply } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph } from '#engine/tensor/graph.ts'
import { constantsOf } from '#engine/tensor/parameters.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import type { EncodedTable } from '../modes/encode.ts'
import { encodedBatch } from '../modes/symbolic.ts'
import { centresOf, findClusters } from './clusters.ts'
import { FIRST, latentLaw, type TvaeShape, tvaeParameters } from './network.ts'

/** Rows that the law is estimated from: those of a table are in random order. */
const ROWS_MOST = 4000
/** Groups at most, rows for each on average, and rows of a group at least. */
const GROUPS = { most: 100, rows: 50, least: 16 }
/** Of the variance of the dimension that has most. */
const SPREAD_LEAST = 0.01
/** Beyond, dimensions are scaled one by one. */
const DIMENSIONS_MOST = 512

type Values = ReadonlyMap<string, Float32Array>

export type Prior = {
  /** Rows of each group. */
  groups: number[]
  /**
   * Those given, but for the decoder's first layer, [embedding, units] with a bias for each group, [groups, units]: it
   * makes of standard normal vectors what the given one makes of vectors of the group.
   */
  parameters: Map<string, Float32Array>
}

export async function fitPrior(
  shape: TvaeShape,
  train: EncodedTable,
  values: Values,
  { seed, session }: { seed: number; session: SessionOptions },
): Promise<Prior> {
  const { embedding } = shape
  const latent = await latentVectors(shape, train, values, session)
  const most = Math.min(GROUPS.most, Math.ceil(latent.rows / GROUPS.rows))
  const random = createSeededRandom(seed, 'groups of latent vectors')
  const { vectors, width } = spreadDimensions(latent, embedding)
  const found = findClusters(vectors, width, { most, least: GROUPS.least }, random)
  const centres = centresOf(latent.mean, embedding, found)
  const factor = factorOf(covarianceOf(latent, centres, found.of, embedding), embedding)
  const [weight, bias] = [values.get(FIRST.weight), values.get(FIRST.bias)]
  if (!weight || !bias) throw new Error('a decoder has a first layer')
  const parameters = new Map(values)
    .set(FIRST.weight, product(transposed(factor, embedding), weight, embedding))
    .set(FIRST.bias, biasOf(product(centres, weight, embedding), bias))
  return { groups: found.counts, parameters }
}

const biasOf = (moved: Float32Array, bias: Float32Array): Float32Array =>
  moved.map((value, at) => value + (bias[at % bias.length] as number))

type Latent = { rows: number; mean: Float32Array; variance: Float32Array }

async function latentVectors(
  shape: TvaeShape,
  { rows, codes, places }: EncodedTable,
  values: Values,
  options: SessionOptions,
): Promise<Latent> {
  const { layout } = shape
  const count = Math.min(rows, ROWS_MOST)
  const graph = new Graph()
  const some = {
    rows: count,
    codes: codes.subarray(0, count * layout.spans.length),
    places: places.subarray(0, count * layout.places.length),
  }
  const parameters = constantsOf(graph, tvaeParameters(shape), values)
  const { mean, logVariance } = latentLaw(parameters, shape, encodedBatch(graph, some, layout))
  const outputs = { mean: multiply(mean, 1), variance: exponential(logVariance) }
  const running = await openSession(modelOf(graph, outputs), options)
  try {
    const found = await running.run({})
    const copied = (name: string) => Float32Array.from(found[name]?.data as Float32Array)
    return { rows: count, mean: copied('mean'), variance: copied('variance') }
  } finally {
    await running.release()
  }
}

/** Of most dimensions a network makes no use: those whose means differ little from row to row tell no groups apart. */
function spreadDimensions({ rows, mean }: Latent, embedding: number) {
  const spread = new Float64Array(embedding)
  for (let i = 0; i < embedding; i++) {
    let [sum, squares] = [0, 0]
    for (let at = i; at < mean.length; at += embedding) {
      sum += mean[at] as number
      squares += (mean[at] as number) ** 2
    }
    spread[i] = squares / rows - (sum / rows) ** 2
  }
  const least = SPREAD_LEAST * Math.max(...spread)
  const used = [...spread.keys()].filter((i) => (spread[i] as number) >= least)
  const vectors = new Float32Array(rows * used.length)
  for (let row = 0; row < rows; row++)
    for (const [at, i] of used.entries())
      vectors[row * used.length + at] = mean[row * embedding + i] as number
  return { vectors, width: used.length }
}

/** Around the centres, the same for all groups; lower triangle. */
function covarianceOf(
  { rows, mean, variance }: Latent,
  centres: Float64Array,
  of: Int32Array,
  width: number,
): Float64Array {
  const covariance = new Float64Array(width * width)
  const away = new Float64Array(width)
  for (let row = 0; row < rows; row++) {
    const centre = (of[row] as number) * width
    for (let i = 0; i < width; i++)
      away[i] = (mean[row * width + i] as number) - (centres[centre + i] as number)
    addSquares(covariance, away, rows)
    for (let i = 0; i < width; i++)
      covariance[i * width + i] =
        (covariance[i * width + i] as number) + (variance[row * width + i] as number) / rows
  }
  return covariance
}

function addSquares(into: Float64Array, away: Float64Array, rows: number): void {
  const width = away.length
  for (let i = 0; i < width; i++) {
    const one = (away[i] as number) / rows
    const from = width > DIMENSIONS_MOST ? i : 0
    for (let j = from; j <= i; j++)
      into[i * width + j] = (into[i * width + j] as number) + one * (away[j] as number)
  }
}

/** A lower triangle whose product with its transpose is the covariance; its diagonal alone where there is none. */
function factorOf(lower: Float64Array, n: number): Float64Array {
  const factor = n > DIMENSIONS_MOST ? null : cholesky(lower, n)
  return factor ?? lower.map((value, at) => (at % (n + 1) === 0 ? Math.sqrt(value) : 0))
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)] as number)
}

/** [rows, inner] times [inner, columns]. */
function product(a: Float64Array, b: Float32Array, inner: number): Float32Array {
  const [rows, columns] = [a.length / inner, b.length / inner]
  const out = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < inner; k++) {
      const one = a[row * inner + k] as number
      if (one === 0) continue
      for (let j = 0; j < columns; j++)
        out[row * columns + j] =
          (out[row * columns + j] as number) + one * (b[k * columns + j] as number)
    }
  return Float32Array.from(out)
}
