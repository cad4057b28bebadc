// The graph that draws rows of a trained generator, and the conditions that it is given.

import { hyperbolicTangent, relu } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm } from '#engine/tensor/linear.ts'
import { gatherRows } from '#engine/tensor/shaping.ts'
import { DRAW, GRID_ROWS, type RowDrawing } from '../modes/batch.ts'
import { correctedBias } from '../modes/calibrate.ts'
import type { Modes } from '../modes/modes.ts'
import { transposedParts, weightsOf } from '../modes/symbolic.ts'
import { type Conditions, ofTarget } from '../sampled.ts'
import { type CodeCounts, cumulated, drawFrom, startsOf } from './conditions.ts'
import { foldedShapes } from './scoring.ts'
import type { CtganShape } from './shape.ts'

/**
 * `folded` by name; `corrections` are added to the logits of codes, by position. What a layer makes of the condition,
 * the last of its inputs, is looked up and takes the place of its bias.
 */
export function ctganDrawing(
  shape: CtganShape,
  folded: ReadonlyMap<string, Float32Array>,
  corrections: Float32Array,
  condition: RowDrawing['condition'],
): RowDrawing {
  const { layout, embedding, generator, conditions } = shape
  const graph = new Graph()
  const given = condition === undefined ? null : graph.input(DRAW.condition, [GRID_ROWS], 'int32')
  const shapes = new Map(foldedShapes(shape).map(({ name, shape: lengths }) => [name, lengths]))
  /** Of the layers before, the last first: each by its own part of the weights, so that nothing is joined. */
  const linear = (inputs: readonly SymbolicTensor[], name: string): SymbolicTensor => {
    const [rows, units] = shapes.get(`${name}.weight`) as [number, number]
    const weight = folded.get(`${name}.weight`) as Float32Array
    const own = folded.get(`${name}.bias`) as Float32Array
    const bias = name === 'out' ? correctedBias(own, corrections) : own
    let next = rows - conditions
    let sums = biasOf(name, bias, weight.slice(next * units))
    for (const x of inputs.toReversed()) {
      const width = x.shape[1] as number
      next -= width
      const part = weight.subarray(next * units, (next + width) * units)
      sums = gemm(x, graph.constant(`${name}.weight ${next}`, part, [width, units]), { bias: sums })
    }
    return sums
  }
  const biasOf = (name: string, bias: Float32Array, ofConditions: Float32Array): SymbolicTensor => {
    const units = bias.length
    if (given === null) return graph.constant(`${name}.bias`, bias, [units])
    const byCondition = ofConditions.map((value, i) => value + (bias[i % units] as number))
    return gatherRows(graph.constant(`${name}.condition`, byCondition, [conditions, units]), given)
  }
  const inputs = [graph.input(DRAW.latent, [GRID_ROWS, embedding])]
  for (const at of generator.keys()) inputs.unshift(relu(linear(inputs, `layer ${at}`)))
  const out = transposedParts(linear(inputs, 'out'), layout)
  const outputs: Record<string, SymbolicTensor> = { [DRAW.weights]: weightsOf(out.codes) }
  if (out.places !== null) outputs[DRAW.places] = hyperbolicTangent(out.places)
  return { model: modelOf(graph, outputs), embedding, spread: 0, condition }
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
    const wanted = ofTarget(levels, known.name)
    if (wanted === undefined) return true
    const level = known.kept[code]
    return level === undefined
      ? known.others.some(([other]) => wanted.includes(other))
      : wanted.includes(level)
  }
  const range = ofTarget(ranges, known.name)
  if (range === undefined) return true
  const atom = known.atoms[code]
  return atom !== undefined && atom >= range.min && atom <= range.max
}
