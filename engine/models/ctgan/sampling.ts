// The graph that draws rows of a trained generator, and the conditions that it is given.

import { add, hyperbolicTangent, relu } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm } from '#engine/tensor/linear.ts'
import { normal } from '#engine/tensor/noise.ts'
import { concatenate, split } from '#engine/tensor/shaping.ts'
import { DRAW, GRID_ROWS, noiseStride, type RowDrawing } from '../modes/batch.ts'
import type { Modes } from '../modes/modes.ts'
import { drawCodes, parts } from '../modes/symbolic.ts'
import type { Conditions } from '../sampled.ts'
import { type CodeCounts, cumulated, drawFrom, startsOf } from './conditions.ts'
import type { CtganShape } from './network.ts'
import { foldedShapes } from './scoring.ts'
import { conditionOf } from './training.ts'

/** `folded` by name; `corrections` are added to the logits of codes, by position. */
export function ctganDrawing(
  shape: CtganShape,
  folded: ReadonlyMap<string, Float32Array>,
  corrections: Float32Array,
  condition: RowDrawing['condition'],
): RowDrawing {
  const { layout, embedding, generator } = shape
  const graph = new Graph()
  const words = embedding + layout.codes
  const stride = noiseStride(words, layout.spans.length)
  const constants = new Map(
    foldedShapes(shape).map(({ name, shape: lengths }) => [
      name,
      graph.constant(name, folded.get(name) as Float32Array, lengths),
    ]),
  )
  const linear = (x: SymbolicTensor, name: string): SymbolicTensor =>
    gemm(x, constants.get(`${name}.weight`) as SymbolicTensor, {
      bias: constants.get(`${name}.bias`) as SymbolicTensor,
    })
  const lengths = [embedding, layout.codes, stride - words]
  const bits = split(graph.input(DRAW.bits, [GRID_ROWS, stride], 'uint32'), lengths, 1)
  const latent = normal(bits[0] as SymbolicTensor)
  const given =
    condition === undefined
      ? null
      : conditionOf(graph.input(DRAW.condition, [GRID_ROWS], 'int32'), shape)
  let x = given === null ? latent : concatenate([latent, given], 1)
  for (const at of generator.keys()) x = concatenate([relu(linear(x, `layer ${at}`)), x], 1)
  const out = parts(linear(x, 'out'), layout)
  const logits = add(out.codes, graph.constant('corrections', corrections, [layout.codes]))
  const codes = drawCodes(logits, bits[1] as SymbolicTensor, layout)
  const outputs: Record<string, SymbolicTensor> = { [DRAW.codes]: codes }
  if (out.places !== null) outputs[DRAW.places] = hyperbolicTangent(out.places)
  return { model: modelOf(graph, outputs), words, condition }
}

/**
 * Any conditioned column, then a code as often as in the data. Where a column is asked to have certain values, always
 * the one of which fewest rows have them, and of its codes those that can. Undefined where nothing is conditioned.
 */
export function conditionLaw(
  { conditioned }: CtganShape,
  modes: readonly Modes[],
  counts: CodeCounts,
  asked: Conditions,
): RowDrawing['condition'] {
  if (conditioned.length === 0) return undefined
  const starts = startsOf(counts)
  const allowed = counts.map((list, at) => {
    const known = modes[conditioned[at] as number] as Modes
    return list.map((count, code) => (canMeet(known, code, asked) ? count : 0))
  })
  const shares = allowed.map((list, at) => total(list) / total(counts[at] as number[]))
  const least = Math.min(...shares.filter((share) => share > 0))
  const chosen = least < 1 ? shares.indexOf(least) : -1
  const laws = allowed.map(cumulated)
  return (first, second) => {
    const at = chosen >= 0 ? chosen : Math.min(laws.length - 1, Math.floor(first * laws.length))
    return (starts[at] as number) + drawFrom(laws[at] as Float64Array, second)
  }
}

const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0)

function canMeet(known: Modes, code: number, { levels = {}, ranges = {} }: Conditions): boolean {
  if (known.kind === 'category') {
    const wanted = levels[known.name]
    if (wanted === undefined) return true
    const level = known.kept[code]
    return level === undefined
      ? known.others.some(([other]) => wanted.includes(other))
      : wanted.includes(level)
  }
  const range = ranges[known.name]
  if (range === undefined) return true
  const atom = known.atoms[code]
  return atom !== undefined && atom >= range.min && atom <= range.max
}
