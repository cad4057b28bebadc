// Generator and critic of the conditional GAN of tables (Xu et al. 2019, sections 4.3 and 4.4).

import { linearParameters, type Parameter, type Parameters } from '#engine/tensor/adam.ts'
import { batchNorm } from '#engine/tensor/batch-norm.ts'
import {
  add,
  greater,
  hyperbolicTangent,
  multiply,
  relu,
  where,
} from '#engine/tensor/elementwise.ts'
import type { SymbolicTensor } from '#engine/tensor/graph.ts'
import { gemm, logSoftmax, softmax, sum } from '#engine/tensor/linear.ts'
import { concatenate, split } from '#engine/tensor/shaping.ts'
import type { Layout } from '../modes/layout.ts'
import type { Modes } from '../modes/modes.ts'
import { bySpan, inStretches, joined, parts } from '../modes/symbolic.ts'

export type CtganShape = {
  layout: Layout
  /** Columns that conditions are set on: categories. */
  conditioned: readonly number[]
  /** Positions of a condition: the codes of those columns. */
  conditions: number
  embedding: number
  generator: readonly number[]
  critic: readonly number[]
  /** Rows that the critic sees at once (Lin et al. 2018). */
  pac: number
}

export type CtganSizes = Pick<CtganShape, 'embedding' | 'generator' | 'critic' | 'pac'>

/** Slope of the critic's units below zero, and share of them that a pass keeps. */
const LEAK = 0.2
const KEPT = 0.5
/** Temperature of the soft choices that the critic sees (Jang et al. 2017). */
const TAU = 0.2

export function ctganShape(layout: Layout, modes: readonly Modes[], sizes: CtganSizes): CtganShape {
  const conditioned = [...layout.spans.keys()].filter(
    (column) => modes[column]?.kind === 'category' && (layout.spans[column]?.count ?? 0) > 1,
  )
  const conditions = conditioned.reduce((sum, at) => sum + (layout.spans[at]?.count ?? 0), 0)
  return { ...sizes, layout, conditioned, conditions }
}

/** Layers without bias, as normalisation takes it out again; each layer's input joins its output. */
export function generatorParameters(shape: CtganShape): Parameter[] {
  let width = shape.embedding + shape.conditions
  const layers = shape.generator.flatMap((units, at) => {
    const [weight] = linearParameters(`layer ${at}`, width, units)
    width += units
    const constant = (name: string, value: number): Parameter => {
      return { name, shape: [units], initialise: (values) => values.fill(value) }
    }
    return [weight as Parameter, constant(`scale ${at}`, 1), constant(`shift ${at}`, 0)]
  })
  return [...layers, ...linearParameters('out', width, shape.layout.width)]
}

export function criticParameters({ layout, conditions, critic, pac }: CtganShape): Parameter[] {
  const input = pac * (layout.width + conditions)
  return [
    ...critic.flatMap((units, at) =>
      linearParameters(`layer ${at}`, critic[at - 1] ?? input, units),
    ),
    ...linearParameters('out', critic.at(-1) ?? input, 1),
  ]
}

const named = (parameters: Parameters, name: string): SymbolicTensor =>
  parameters[name] as SymbolicTensor

/**
 * Standard normal noise [rows, embedding] and conditions [rows, conditions] (null where there are none) to places
 * before their tangent and logits of codes; statistics of the batch by layer.
 */
export function generate(
  parameters: Parameters,
  shape: CtganShape,
  { noise, condition }: { noise: SymbolicTensor; condition: SymbolicTensor | null },
) {
  let x = condition === null ? noise : concatenate([noise, condition], 1)
  const statistics = shape.generator.map((_, at) => {
    const sums = gemm(x, named(parameters, `layer ${at}.weight`))
    const scale = named(parameters, `scale ${at}`)
    const { y, mean, variance } = batchNorm(sums, scale, named(parameters, `shift ${at}`))
    x = concatenate([relu(y), x], 1)
    return { mean, variance }
  })
  const bias = named(parameters, 'out.bias')
  const out = gemm(x, named(parameters, 'out.weight'), { bias })
  return { ...parts(out, shape.layout), statistics }
}

/** Rows as the critic sees them; `noise` of Gumbel's law by position. */
export function softRows(
  { places, codes }: { places: SymbolicTensor | null; codes: SymbolicTensor },
  noise: SymbolicTensor,
  { layout }: CtganShape,
): SymbolicTensor {
  const chosen = bySpan(multiply(add(codes, noise), 1 / TAU), layout, softmax)
  if (places === null) return chosen
  return joined(multiply(hyperbolicTangent(places), inStretches(chosen, layout)), chosen)
}

/** Packed rows [packs, pac * (width + conditions)] to scores [packs, 1]; `kept`: 0 or 1 by hidden unit. */
export function criticise(
  parameters: Parameters,
  { critic }: CtganShape,
  rows: SymbolicTensor,
  kept: readonly SymbolicTensor[],
): SymbolicTensor {
  let hidden = rows
  for (const at of critic.keys()) {
    const bias = named(parameters, `layer ${at}.bias`)
    const sums = gemm(hidden, named(parameters, `layer ${at}.weight`), { bias })
    const slopes = where(greater(sums, 0), 1 / KEPT, LEAK / KEPT)
    hidden = multiply(multiply(sums, slopes), kept[at] as SymbolicTensor)
  }
  return gemm(hidden, named(parameters, 'out.weight'), { bias: named(parameters, 'out.bias') })
}

/** Mean cross-entropy of the conditioned columns' logits to their conditions. */
export function missedConditions(
  codes: SymbolicTensor,
  condition: SymbolicTensor,
  { layout, conditioned }: CtganShape,
): SymbolicTensor {
  const lengths = layout.spans.map(({ count }) => count)
  const spans = split(codes, lengths, 1)
  const logs = conditioned.map((column) => logSoftmax(spans[column] as SymbolicTensor))
  const rows = codes.shape[0] as number
  return multiply(sum(multiply(concatenate(logs, 1), condition)), -1 / rows)
}
