// Rows of the generator under training: for its score, and for the statistics that normalise it once it is trained.

import type { Parameters } from '#engine/tensor/adam.ts'
import { foldBatchNorm } from '#engine/tensor/batch-norm.ts'
import { hyperbolicTangent } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import { chooseCodes, fillNormal } from '../modes/draws.ts'
import type { EncodedTable } from '../modes/encode.ts'
import { weightsOf } from '../modes/symbolic.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { type CodeCounts, cumulated, drawFrom, startsOf } from './conditions.ts'
import { type CtganShape, generate, generatorParameters } from './network.ts'
import { conditionOf } from './training.ts'

/** Rows of a pass: its statistics are those of that many. */
const ROWS = 2500

/** Values of the generator's parameters by name. */
export type GeneratorValues = (name: string) => Float32Array

export type GeneratorPasses = {
  /** Rows by conditions as often as in the data; pass after pass has noise of its own, the same for the same number. */
  draw(values: GeneratorValues, pass: number): Promise<EncodedTable>
  /** Mean and variance by layer, over some passes. */
  statistics(values: GeneratorValues): Promise<{ mean: Float32Array; variance: Float32Array }[]>
  release(): Promise<void>
}

const PASSES = 8

export async function createPasses(
  shape: CtganShape,
  counts: CodeCounts,
  { seed, ...session }: SessionOptions & { seed: number },
): Promise<GeneratorPasses> {
  const { layout, embedding } = shape
  const running = await openSession(passModel(shape), session)
  const columns = layout.spans.length
  const latent = new Float32Array(ROWS * embedding)
  const halves = new Uint16Array(latent.length)
  const choices = new Uint32Array(ROWS * columns)
  const noise = { latent: createKeystream(seed, 6), choices: createKeystream(seed, 7) }
  const run = async (values: GeneratorValues, pass: number) => {
    noise.latent.fill(pass, new Uint8Array(halves.buffer))
    noise.choices.fill(pass, choices)
    fillNormal(halves, { words: embedding, from: 0 }, { into: latent, width: embedding })
    const inputs: Record<string, Tensor> = {
      latent: new Tensor('float32', latent, [ROWS, embedding]),
    }
    for (const { name, shape: lengths } of generatorParameters(shape))
      inputs[name] = new Tensor('float32', values(name), lengths)
    if (shape.conditions > 0) {
      const positions = conditionsByShare(counts, seed, pass)
      inputs['condition'] = new Tensor('int32', positions, [ROWS])
    }
    return await running.run(inputs)
  }
  return {
    async draw(values, pass) {
      const { weights, places } = await run(values, pass)
      const words = { words: choices, stride: columns }
      const none = new Float32Array(0)
      return {
        rows: ROWS,
        codes: chooseCodes(weights?.data as Float32Array, layout.spans, words),
        places: places === undefined ? none : Float32Array.from(places.data as Float32Array),
      }
    },
    async statistics(values) {
      const sums = shape.generator.map((units) => {
        return { mean: new Float32Array(units), variance: new Float32Array(units) }
      })
      for (let pass = 1; pass <= PASSES; pass++) {
        const found = await run(values, pass)
        for (const [at, { mean, variance }] of sums.entries()) {
          addShare(mean, found[`mean ${at}`]?.data as Float32Array)
          addShare(variance, found[`variance ${at}`]?.data as Float32Array)
        }
      }
      return sums
    },
    release: () => running.release(),
  }
}

function addShare(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++)
    into[i] = (into[i] as number) + (values[i] as number) / PASSES
}

function conditionsByShare(counts: CodeCounts, seed: number, pass: number): Int32Array {
  const random = createSeededRandom(seed, `conditions of pass ${pass}`)
  const starts = startsOf(counts)
  const laws = counts.map(cumulated)
  return Int32Array.from({ length: ROWS }, () => {
    const at = random.below(counts.length)
    return (starts[at] as number) + drawFrom(laws[at] as Float64Array, random.unit())
  })
}

function passModel(shape: CtganShape): Uint8Array {
  const { embedding } = shape
  const graph = new Graph()
  const parameters: Parameters = Object.fromEntries(
    generatorParameters(shape).map(({ name, shape: lengths }) => [
      name,
      graph.input(name, lengths),
    ]),
  )
  const noise = graph.input('latent', [ROWS, embedding])
  const condition =
    shape.conditions === 0 ? null : conditionOf(graph.input('condition', [ROWS], 'int32'), shape)
  const { places, codes, statistics } = generate(parameters, shape, { noise, condition })
  const outputs: Record<string, SymbolicTensor> = { weights: weightsOf(codes) }
  if (places !== null) outputs['places'] = hyperbolicTangent(places)
  for (const [at, { mean, variance }] of statistics.entries()) {
    outputs[`mean ${at}`] = mean
    outputs[`variance ${at}`] = variance
  }
  return modelOf(graph, outputs)
}

/** The generator with its normalisation inside the layers: weights, and biases that it had not. */
export function foldGenerator(
  shape: CtganShape,
  values: GeneratorValues,
  statistics: readonly { mean: Float32Array; variance: Float32Array }[],
): Map<string, Float32Array> {
  const folded = new Map<string, Float32Array>()
  for (const [at, units] of shape.generator.entries()) {
    const { factor, term } = foldBatchNorm({
      ...{ scale: values(`scale ${at}`), shift: values(`shift ${at}`) },
      ...(statistics[at] as { mean: Float32Array; variance: Float32Array }),
    })
    const weight = values(`layer ${at}.weight`)
    folded.set(
      `layer ${at}.weight`,
      weight.map((value, i) => value * (factor[i % units] as number)),
    )
    folded.set(`layer ${at}.bias`, term)
  }
  folded.set('out.weight', Float32Array.from(values('out.weight')))
  folded.set('out.bias', Float32Array.from(values('out.bias')))
  return folded
}

/** Shapes of the folded generator's tensors. */
export function foldedShapes(shape: CtganShape): { name: string; shape: number[] }[] {
  let width = shape.embedding + shape.conditions
  const layers = shape.generator.flatMap((units, at) => {
    const input = width
    width += units
    return [
      { name: `layer ${at}.weight`, shape: [input, units] },
      { name: `layer ${at}.bias`, shape: [units] },
    ]
  })
  const { width: outputs } = shape.layout
  return [
    ...layers,
    { name: 'out.weight', shape: [width, outputs] },
    { name: 'out.bias', shape: [outputs] },
  ]
}
