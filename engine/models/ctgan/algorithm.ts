// The conditional GAN among the algorithms: its options, and its place in model files.

import Type, { type Static } from 'typebox'
import type { AlgorithmModule } from '../algorithm.ts'
import { CurvesSchema, ModesSchema, readModes } from '../modes/encoder-file.ts'
import { createModeSampler } from '../modes/sampler.ts'
import { checkEncoder, notAModel, readParameters, writeParameters } from '../stored-parts.ts'
import { graphEntry } from '../tensor-file.ts'
import { CALIBRATE, EPOCHS, LAYERS, RATE, WEIGHT_DECAY } from '../training-options.ts'
import { CTGAN_DEFAULTS, fitCtgan } from './ctgan.ts'
import { conditionLaw, ctganDrawing } from './sampling.ts'
import { foldedShapes } from './scoring.ts'
import { type CtganShape, ctganShape } from './shape.ts'

const Embedding = Type.Integer({ minimum: 2, maximum: 4096, multipleOf: 2 })
const Pac = Type.Integer({ minimum: 1, maximum: 1000 })

const Options = Type.Object(
  {
    epochs: EPOCHS,
    batch_size: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 65_536,
        description: 'Rows of a step, rounded down to a multiple of pac',
      }),
    ),
    generator_lr: Type.Optional({ ...RATE, description: 'Learning rate of the generator' }),
    discriminator_lr: Type.Optional({ ...RATE, description: 'Learning rate of the critic' }),
    weight_decay: WEIGHT_DECAY,
    embedding_dim: Type.Optional({ ...Embedding, description: 'Dimensions of the noise' }),
    generator_dim: Type.Optional({ ...LAYERS, description: 'Layers of the generator' }),
    discriminator_dim: Type.Optional({ ...LAYERS, description: 'Layers of the critic' }),
    pac: Type.Optional({ ...Pac, description: 'Rows that the critic sees at once' }),
    averaging: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.99999,
        description: 'Of the running mean of the generator; 0 keeps the last one',
      }),
    ),
    calibrate: CALIBRATE,
  },
  { additionalProperties: false },
)

const Encoder = Type.Object({
  modes: ModesSchema,
  curves: CurvesSchema,
  counts: Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 256 })),
  embedding: Embedding,
  generator: LAYERS,
})

const CORRECTIONS = 'corrections'

export const ctgan: AlgorithmModule = {
  drawsWithin: false,
  options: Options,
  async train(targets, options, hooks) {
    const given = options as Static<typeof Options> & { seed: number }
    const defaults = CTGAN_DEFAULTS
    const { modes, shape, folded, counts, calibration, history } = await fitCtgan(targets, {
      ...hooks,
      seed: given.seed,
      epochs: given.epochs ?? defaults.epochs,
      batchRows: given.batch_size ?? defaults.batchRows,
      learningRate: {
        generator: given.generator_lr ?? defaults.learningRate.generator,
        critic: given.discriminator_lr ?? defaults.learningRate.critic,
      },
      weightDecay: given.weight_decay ?? defaults.weightDecay,
      averaging: given.averaging ?? defaults.averaging,
      embedding: given.embedding_dim ?? defaults.embedding,
      generator: given.generator_dim ?? defaults.generator,
      critic: given.discriminator_dim ?? defaults.critic,
      pac: given.pac ?? defaults.pac,
      calibrate: given.calibrate ?? defaults.calibrate,
    })
    const { embedding, generator } = shape
    const { corrections } = calibration
    const written = folded.set(CORRECTIONS, corrections)
    const { model } = ctganDrawing(
      shape,
      folded,
      corrections,
      conditionLaw(shape, modes, counts, {}),
    )
    return {
      encoder: { modes, curves: calibration.curves, counts, embedding, generator },
      tensors: new Map([...writeParameters(written, tensorShapes(shape)), graphEntry(model)]),
      history,
    }
  },
  async createSampler({ targets, encoder, tensors }, options) {
    const { modes, curves, counts, embedding, generator } = checkEncoder(Encoder, encoder)
    const model = readModes(targets, { modes, curves })
    const { layout } = model
    const shape = ctganShape(layout, modes, { embedding, generator, critic: [], pac: 1 })
    const fits = shape.conditioned.every(
      (column, at) =>
        counts[at]?.length === layout.spans[column]?.count && counts[at]?.some(Boolean),
    )
    if (!fits) throw notAModel('its conditions do not fit its columns')
    const folded = readParameters(tensors, tensorShapes(shape))
    const corrections = folded.get(CORRECTIONS) as Float32Array
    const law = conditionLaw(shape, modes, counts, options.conditions ?? {})
    return await createModeSampler(model, ctganDrawing(shape, folded, corrections, law), options)
  },
}

function tensorShapes(shape: CtganShape) {
  return [...foldedShapes(shape), { name: CORRECTIONS, shape: [shape.layout.codes] }]
}
