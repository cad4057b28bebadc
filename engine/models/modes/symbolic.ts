// Codes and places inside graphs: batches of real rows, soft choices, draws.

import {
  add,
  cast,
  clip,
  divide,
  equal,
  exponential,
  logarithm,
  multiply,
  subtract,
} from '#engine/tensor/elementwise.ts'
import { allocate, type Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm, sum } from '#engine/tensor/linear.ts'
import { concatenate, split, transpose, withGradient } from '#engine/tensor/shaping.ts'
import type { TableTensor } from '#engine/tensor/training-step.ts'
import type { EncodedTable } from './encode.ts'
import type { Layout, Span } from './layout.ts'

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

/** All rows of a table, as constants. */
export function encodedBatch(
  graph: Graph,
  { rows, codes, places }: EncodedTable,
  layout: Layout,
): { places: SymbolicTensor | null; codes: SymbolicTensor } {
  const table = graph.constant('codes', codes, [rows, layout.spans.length], 'uint8')
  const shape = [rows, layout.places.length]
  return {
    places:
      layout.places.length === 0 ? null : cast(graph.constant('places', places, shape, 'float32')),
    codes: oneHot(table, layout),
  }
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
export function transposedParts(
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

/** Beyond, the exponentials of float32 would overflow or vanish; no law of use comes near. */
const LOGIT_MOST = 80
/** In training: chances, and their gradients, stay far above the numbers that are too small to be normal. */
const LOGIT_MOST_LEARNED = 30
const EXPONENT_LEAST = -40

/** Logits to positive weights that codes are drawn by. */
export function weightsOf(logits: SymbolicTensor): SymbolicTensor {
  return exponential(clip(logits, -LOGIT_MOST, LOGIT_MOST))
}

function bound(logits: SymbolicTensor): SymbolicTensor {
  return clip(logits, -LOGIT_MOST_LEARNED, LOGIT_MOST_LEARNED)
}

/** Neighbouring columns that are summed by one product; with more, most of it would be zeros. */
const GROUP_COLUMNS = 16

/** Sums over the codes of each column, [rows, columns], and the opposite. */
type Group = {
  sums: (x: SymbolicTensor) => SymbolicTensor
  spread: (x: SymbolicTensor) => SymbolicTensor
}

/** Results for the codes of each group of columns in each of `of`, all [rows, layout.codes]. */
function byGroup(
  of: readonly SymbolicTensor[],
  { spans }: Pick<Layout, 'spans'>,
  result: (parts: readonly SymbolicTensor[], group: Group) => SymbolicTensor,
): SymbolicTensor[] {
  const groups = Array.from({ length: Math.ceil(spans.length / GROUP_COLUMNS) }, (_, at) =>
    spans.slice(at * GROUP_COLUMNS, (at + 1) * GROUP_COLUMNS),
  )
  const lengths = groups.map((group) => group.reduce((sum, { count }) => sum + count, 0))
  const cut = of.map((x) => split(x, lengths, 1))
  return groups.map((group, at) => {
    const parts = cut.map((list) => list[at] as SymbolicTensor)
    return result(parts, groupOf(parts[0] as SymbolicTensor, group))
  })
}

function groupOf({ graph, shape }: SymbolicTensor, spans: readonly Span[]): Group {
  const [codes, columns] = [shape[1] as number, spans.length]
  const start = spans[0]?.start ?? 0
  const cells = new Array<number>(codes * columns).fill(0)
  for (const [column, span] of spans.entries())
    for (let at = 0; at < span.count; at++) cells[(span.start - start + at) * columns + column] = 1
  const data = allocate(graph.real, cells)
  const indicator = graph.constant(`columns from ${start}`, data, [codes, columns])
  return {
    sums: (x) => gemm(x, indicator),
    spread: (x) => gemm(x, indicator, { transposeB: true }),
  }
}

/**
 * Logits to chances that add up to 1 in each column; the lower the temperature, the nearer to one choice. Columns are
 * brought to comparable heights by their softmax at temperature 1, so that none of them vanishes beside another.
 */
export function softChoices(
  logits: SymbolicTensor,
  layout: Pick<Layout, 'spans'>,
  temperature: number,
): SymbolicTensor {
  const chances = byGroup([logits], layout, ([x], { sums, spread }) => {
    const bounded = bound(x as SymbolicTensor)
    const heights = spread(logarithm(sums(exponential(bounded))))
    const exponents = multiply(subtract(bounded, heights), 1 / temperature)
    const weights = exponential(clip(exponents, EXPONENT_LEAST, 0))
    const raw = multiply(weights, spread(divide(1, sums(weights))))
    const chosen: SymbolicTensor = withGradient(raw, [x as SymbolicTensor], (slope) => {
      const moved = multiply(slope, chosen)
      const shared = multiply(chosen, spread(sums(moved)))
      return [multiply(subtract(moved, shared), 1 / temperature)]
    })
    return chosen
  })
  return concatenate(chances, 1)
}

/**
 * Minus the summed logarithms of the chances that logits give to codes (0 and 1 by position, at most one 1 in each
 * column, with `complete` exactly one). Its gradient, chances less codes where there is one, is written by hand.
 */
export function crossEntropy(
  logits: SymbolicTensor,
  codes: SymbolicTensor,
  layout: Pick<Layout, 'spans'>,
  { complete = false } = {},
): SymbolicTensor {
  const unlikely = byGroup([logits, codes], layout, ([x, hot], { sums, spread }) => {
    const [logit, code] = [x as SymbolicTensor, hot as SymbolicTensor]
    const weights = exponential(bound(logit))
    const totals = sums(weights)
    const asked = complete ? 1 : sums(code)
    const loss = subtract(sum(multiply(logarithm(totals), asked)), sum(multiply(code, logit)))
    return withGradient(loss, [logit], (slope) => [
      subtract(
        multiply(weights, spread(divide(multiply(slope, asked), totals))),
        multiply(code, slope),
      ),
    ])
  })
  return unlikely.reduce((total, one) => add(total, one))
}
