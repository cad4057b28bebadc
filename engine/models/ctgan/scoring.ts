// Rows of the generator under training: for its score, and for the statistics that normalise it once it is trained.

import { giveBack } from '#engine/give-back.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { foldBatchNorm } from '#engine/tensor/batch-norm.ts'
import { hyperbolicTangent } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { inputsOf } from '#engine/tensor/parameters.ts'
import { Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'
import { chooseCodes, fillNormal } from '../modes/draws.ts'
import type { EncodedTable } from '../modes/encode.ts'
import { weightsOf } from '../modes/symbolic.ts'
import { type CodeCounts, cumulated, drawFrom, startsOf } from './conditions.ts'
import {
  generate,
  generatorLayers,
  generatorParameters,
  sourcesOf,
  weightName,
} from './generator.ts'
import type { CtganShape } from './shape.ts'

/** Rows of a pass: its statistics are those of that many. */
const ROWS = 1000

/** Values of the generator's parameters by name. */
export type GeneratorValues = (name: string) => Float32Array

export type GeneratorPasses = {
  /** Rows by conditions as often as in the data; pass after pass has noise of its own, the same for the same number. */
  draw(values: GeneratorValues, pass: number): Promise<EncodedTable>
  /** Mean and variance by layer, over some passes. */
  statistics(values: GeneratorValues): Promise<{ mean: Float32Array; variance: Float32Array }[]>
  release(): Promise<void>
}

const PASSES = 20

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
    fillNormal(halves, latent)
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
      const positive = weights?.data as Float32Array
      const codes = chooseCodes(positive, layout.spans, choices)
      giveBack(positive)
      return { rows: ROWS, codes, places: (places?.data ?? new Float32Array(0)) as Float32Array }
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
  const parameters = inputsOf(graph, generatorParameters(shape))
  const noise = graph.input('latent', [ROWS, embedding])
  const condition = shape.conditions === 0 ? null : graph.input('condition', [ROWS], 'int32')
  const { places, codes, statistics } = generate(parameters, shape, { noise, condition })
  const outputs: Record<string, SymbolicTensor> = { weights: weightsOf(codes) }
  if (places !== null) outputs['places'] = hyperbolicTangent(places)
  for (const [at, { mean, variance }] of statistics.entries()) {
    outputs[`mean ${at}`] = mean
    outputs[`variance ${at}`] = variance
  }
  return modelOf(graph, outputs)
}

/** The generator with its normalisation inside the layers: each has one weight for all it reads, and a bias. */
export function foldGenerator(
  shape: CtganShape,
  values: GeneratorValues,
  statistics: readonly { mean: Float32Array; variance: Float32Array }[],
): Map<string, Float32Array> {
  const folded = new Map<string, Float32Array>()
  for (const [at, { name, units }] of generatorLayers(shape).entries()) {
    const sources = sourcesOf(shape, at)
    const inputs = sources.reduce((sum, { width }) => sum + width, 0)
    const weight = new Float32Array(inputs * units)
    let from = 0
    for (const source of sources) {
      weight.set(values(weightName(name, source.name)), from)
      from += source.width * units
    }
    const normalised = statistics[at]
    if (normalised === undefined) {
      folded.set(`${name}.weight`, weight)
      folded.set(`${name}.bias`, Float32Array.from(values(`${name}.bias`)))
      continue
    }
    const { factor, term } = foldBatchNorm({
      scale: values(`scale ${at}`),
      shift: values(`shift ${at}`),
      ...normalised,
    })
    folded.set(
      `${name}.weight`,
      weight.map((value, i) => value * (factor[i % units] as number)),
    )
    folded.set(`${name}.bias`, term)
  }
  return folded
}

/** Shapes of the folded generator's tensors. */
export function foldedShapes(shape: CtganShape): { name: string; shape: number[] }[] {
  return generatorLayers(shape).flatMap(({ name, units }, at) => {
    const inputs = sourcesOf(shape, at).reduce((sum, { width }) => sum + width, 0)
    return [
      { name: `${name}.weight`, shape: [inputs, units] },
      { name: `${name}.bias`, shape: [units] },
    ]
  })
}
