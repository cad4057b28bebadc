// The generator of the conditional GAN of tables (Xu et al. 2019, section 4.4): parameters, rows, the loss of its
// conditions.

import { batchNorm } from '#engine/tensor/batch-norm.ts'
import { add, cast, equal, hyperbolicTangent, multiply, relu } from '#engine/tensor/elementwise.ts'
import { allocate, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm } from '#engine/tensor/linear.ts'
import { type Parameter, type Parameters, uniformParameter } from '#engine/tensor/parameters.ts'
import { gatherRows, reshape } from '#engine/tensor/shaping.ts'
import type { Span } from '../modes/layout.ts'
import { crossEntropy, inStretches, joined, parts, softChoices } from '../modes/symbolic.ts'
import type { CtganShape } from './shape.ts'

/** Temperature of the soft choices that the critic sees (Jang et al. 2017). */
const TAU = 0.2

/** What a layer reads, in the order of its weight's rows: earlier layers, the latest first, then noise and condition. */
export function sourcesOf(
  { embedding, conditions, generator }: CtganShape,
  layer: number,
): { name: string; width: number }[] {
  const earlier = generator.slice(0, layer).map((width, at) => ({ name: `layer ${at}`, width }))
  const condition = conditions === 0 ? [] : [{ name: CONDITION, width: conditions }]
  return [...earlier.reverse(), { name: NOISE, width: embedding }, ...condition]
}

const NOISE = 'noise'
const CONDITION = 'condition'
const OUT = 'out'

/** The generator's layers and its output: all but the output have a scale and a shift in place of a bias. */
export function generatorLayers({
  generator,
  layout,
}: CtganShape): { name: string; units: number }[] {
  const hidden = generator.map((units, at) => ({ name: `layer ${at}`, units }))
  return [...hidden, { name: OUT, units: layout.width }]
}

/** The weights by which a layer reads a source. */
export const weightName = (layer: string, source: string): string => `${layer} of ${source}`

/** Layers without bias, as normalisation takes it out again; each reads all before it. */
export function generatorParameters(shape: CtganShape): Parameter[] {
  return generatorLayers(shape).flatMap(({ name, units }, at) => {
    const sources = sourcesOf(shape, at)
    const inputs = sources.reduce((sum, { width }) => sum + width, 0)
    const constant = (kind: string, value: number): Parameter => {
      return { name: `${kind} ${at}`, shape: [units], initialise: (values) => values.fill(value) }
    }
    return [
      ...sources.map((source) =>
        uniformParameter(weightName(name, source.name), [source.width, units], inputs),
      ),
      ...(name === OUT
        ? [uniformParameter('out.bias', [units], inputs)]
        : [constant('scale', 1), constant('shift', 0)]),
    ]
  })
}

const named = (parameters: Parameters, name: string): SymbolicTensor =>
  parameters[name] as SymbolicTensor

/**
 * Standard normal noise [rows, embedding] and conditions by number [rows] (null where there are none) to places before
 * their tangent and logits of codes; statistics of the batch by layer. As layers read sources one by one, nothing is
 * joined, conditions are looked up, and no gradient is made for what has none.
 */
export function generate(
  parameters: Parameters,
  shape: CtganShape,
  { noise, condition }: { noise: SymbolicTensor; condition: SymbolicTensor | null },
) {
  const known = new Map([[NOISE, noise]])
  const linear = (layer: string, at: number, bias?: SymbolicTensor): SymbolicTensor => {
    const weight = (source: string) => named(parameters, weightName(layer, source))
    let sums = condition === null ? bias : gatherRows(plus(weight(CONDITION), bias), condition)
    for (const { name } of sourcesOf(shape, at).toReversed()) {
      const x = known.get(name)
      if (x !== undefined) sums = gemm(x, weight(name), sums === undefined ? {} : { bias: sums })
    }
    return sums as SymbolicTensor
  }
  const statistics = shape.generator.map((_, at) => {
    const name = `layer ${at}`
    const scale = named(parameters, `scale ${at}`)
    const shift = named(parameters, `shift ${at}`)
    const { y, mean, variance } = batchNorm(linear(name, at), scale, shift)
    known.set(name, relu(y))
    return { mean, variance }
  })
  const out = linear(OUT, shape.generator.length, named(parameters, 'out.bias'))
  return { ...parts(out, shape.layout), statistics }
}

function plus(table: SymbolicTensor, bias: SymbolicTensor | undefined): SymbolicTensor {
  return bias === undefined ? table : add(table, bias)
}

/** Rows as the critic sees them; `noise` of Gumbel's law by position. */
export function softRows(
  { places, codes }: { places: SymbolicTensor | null; codes: SymbolicTensor },
  noise: SymbolicTensor,
  { layout }: CtganShape,
): SymbolicTensor {
  const chosen = softChoices(add(codes, noise), layout, TAU)
  if (places === null) return chosen
  return joined(multiply(hyperbolicTangent(places), inStretches(chosen, layout)), chosen)
}

/** Mean cross-entropy of the conditioned columns' logits to their conditions, by number [rows]. */
export function missedConditions(
  codes: SymbolicTensor,
  conditions: SymbolicTensor,
  { layout, conditioned }: CtganShape,
): SymbolicTensor {
  const { graph } = codes
  const rows = codes.shape[0] as number
  const positions = conditioned.flatMap((column) => {
    const { start, count } = layout.spans[column] as Span
    return Array.from({ length: count }, (_, at) => start + at)
  })
  const all = Array.from({ length: layout.codes }, (_, at) => at)
  const integers = (name: string, values: number[], lengths: number[]) =>
    graph.constant(name, allocate('int32', values), lengths, 'int32')
  const asked = gatherRows(
    integers('positions of conditions', positions, [positions.length]),
    conditions,
  )
  const levels = integers('all codes', all, [1, layout.codes])
  const hot = cast(equal(reshape(asked, [rows, 1]), levels))
  return multiply(crossEntropy(codes, hot, layout), 1 / rows)
}
