// Codes and places inside graphs: batches of real rows, soft choices, draws.

import { cast, clip, equal, exponential, multiply, subtract } from '#engine/tensor/elementwise.ts'
import { allocate, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm, logSoftmax, sum } from '#engine/tensor/linear.ts'
import { concatenate, split, transpose, withGradient } from '#engine/tensor/shaping.ts'
import type { TableTensor } from '#engine/tensor/training-step.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout } from './layout.ts'

/** Tables of a training step. */
export function encodedTensors(
  { rows, codes, places }: EncodedTable,
  layout: Layout,
): TableTensor[] {
  const tables: TableTensor[] = [
    { name: 'codes', shape: [rows, layout.spans.length], dtype: 'uint8', data: codes },
  ]
  if (layout.places.length > 0)
    tables.push({
      name: 'places',
      shape: [rows, layout.places.length],
      dtype: 'float32',
      data: places,
    })
  return tables
}

/** Codes [rows, columns] to 0 and 1 by position, [rows, layout.codes]; a product spreads them faster than a gather. */
export function oneHot(codes: SymbolicTensor, { spans, codes: count }: Layout): SymbolicTensor {
  const { graph } = codes
  const within = spans.flatMap(({ count: length }) => [...Array(length).keys()])
  const levels = graph.constant('levels', allocate(graph.real, within), [1, count])
  const columns = new Array<number>(spans.length * count).fill(0)
  for (const [column, { start, count: length }] of spans.entries())
    columns.fill(1, column * count + start, column * count + start + length)
  const spread = allocate(graph.real, columns)
  const repeated = gemm(cast(codes), graph.constant('spread', spread, [spans.length, count]))
  return cast(equal(repeated, levels))
}

/** A vector's places (null where there are none) and codes. */
export function parts(
  x: SymbolicTensor,
  layout: Layout,
): { places: SymbolicTensor | null; codes: SymbolicTensor } {
  const { length } = layout.places
  if (length === 0) return { places: null, codes: x }
  const [places, codes] = split(x, [length, layout.codes], 1) as [SymbolicTensor, SymbolicTensor]
  return { places, codes }
}

/** The same with the rows side by side: places [places, rows] and codes [codes, rows]. */
export function standingParts(
  x: SymbolicTensor,
  { places: { length }, codes: count }: Layout,
): { places: SymbolicTensor | null; codes: SymbolicTensor } {
  const standing = transpose(x)
  if (length === 0) return { places: null, codes: standing }
  const [places, codes] = split(standing, [length, count], 0) as [SymbolicTensor, SymbolicTensor]
  return { places, codes }
}

export function joined(places: SymbolicTensor | null, codes: SymbolicTensor): SymbolicTensor {
  return places === null ? codes : concatenate([places, codes], 1)
}

/** Codes by position (probabilities, or 0 and 1) to the share that is in stretches, [rows, places]. */
export function inStretches(codes: SymbolicTensor, layout: Layout): SymbolicTensor {
  const [positions, count] = [layout.codes, layout.stretches.length]
  const { graph } = codes
  const indicator = new Array<number>(positions * count).fill(0)
  for (const [place, { start, count: length }] of layout.stretches.entries())
    for (let at = start; at < start + length; at++) indicator[at * count + place] = 1
  const data = allocate(graph.real, indicator)
  return gemm(codes, graph.constant('stretches', data, [positions, count]))
}

/** Applies a function of [rows, codes of a column] to each column's positions. */
export function bySpan(
  x: SymbolicTensor,
  { spans }: Pick<Layout, 'spans'>,
  of: (span: SymbolicTensor, column: number) => SymbolicTensor,
): SymbolicTensor {
  const lengths = spans.map(({ count }) => count)
  return concatenate(split(x, lengths, 1).map(of), 1)
}

/**
 * Minus the summed logarithms of the chances that logits give to codes (0 and 1 by position, one 1 in each column). Its
 * gradient, chances less codes, is written by hand.
 */
export function crossEntropy(
  logits: SymbolicTensor,
  codes: SymbolicTensor,
  layout: Pick<Layout, 'spans'>,
): SymbolicTensor {
  const logs = bySpan(logits, layout, logSoftmax)
  const unlikely = multiply(sum(multiply(logs, codes)), -1)
  return withGradient(unlikely, [logits], (slope) => [
    multiply(subtract(exponential(logs), codes), slope),
  ])
}

/** Beyond, the exponentials of float32 would overflow or vanish; no law of use comes near. */
const LOGIT_MOST = 80

/** Logits to positive weights that codes are drawn by. */
export function weightsOf(logits: SymbolicTensor): SymbolicTensor {
  return exponential(clip(logits, -LOGIT_MOST, LOGIT_MOST))
}
