// Codes and places inside graphs: batches of real rows, soft choices, draws.

import { add, cast, equal } from '#engine/tensor/elementwise.ts'
import { allocate, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { argmax, gemm } from '#engine/tensor/linear.ts'
import { gumbel } from '#engine/tensor/noise.ts'
import { concatenate, gatherColumns, reshape, split } from '#engine/tensor/shaping.ts'
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

/** Codes [rows, columns] to 0 and 1 by position, [rows, layout.codes]. */
export function oneHot(codes: SymbolicTensor, { spans, codes: count }: Layout): SymbolicTensor {
  const repeated = spans.flatMap(({ count: length }, column) => new Array(length).fill(column))
  const within = spans.flatMap(({ count: length }) => [...Array(length).keys()])
  const { graph } = codes
  const levels = graph.constant('levels', Float32Array.from(within), [1, count], 'float32')
  return cast(equal(gatherColumns(cast(codes, 'float32'), repeated), levels))
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

/** A code for each column, drawn from the softmax of its logits (Gumbel): uint8 [rows, columns]. */
export function drawCodes(
  logits: SymbolicTensor,
  bits: SymbolicTensor,
  layout: Layout,
): SymbolicTensor {
  const rows = logits.shape[0] as number
  const noisy = add(logits, gumbel(bits))
  return cast(
    bySpan(noisy, layout, (span) => reshape(argmax(span, 1), [rows, 1])),
    'uint8',
  )
}
