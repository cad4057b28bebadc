// The variational autoencoder among the algorithms: its options, and its place in model files.

import Type, { type Static } from 'typebox'
import type { AlgorithmModule } from '../algorithm.ts'
import { CurvesSchema, ModesSchema, readModes } from '../modes/encoder-file.ts'
import { createModeSampler } from '../modes/sampler.ts'
import { checkEncoder, readParameters, writeParameters } from '../stored-parts.ts'
import { graphEntry } from '../tensor-file.ts'
import {
  BATCH_SIZE,
  CALIBRATE,
  EPOCHS,
  LAYERS,
  LEARNING_RATE,
  WEIGHT_DECAY,
  WIDTH,
} from '../training-options.ts'
import type { TvaeShape } from './network.ts'
import { drawnParameters, tvaeDrawing } from './sampling.ts'
import { fitTvae, TVAE_DEFAULTS } from './tvae.ts'

const Options = Type.Object(
  {
    epochs: EPOCHS,
    batch_size: BATCH_SIZE,
    learning_rate: LEARNING_RATE,
    weight_decay: WEIGHT_DECAY,
    loss_factor: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1000,
        description: 'What the reconstruction counts against the divergence',
      }),
    ),
    embedding_dim: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 4096, multipleOf: 2, description: 'Latent dimensions' }),
    ),
    compress_dims: Type.Optional({ ...LAYERS, description: 'Layers of the encoder' }),
    decompress_dims: Type.Optional({ ...LAYERS, description: 'Layers of the decoder' }),
    calibrate: CALIBRATE,
  },
  { additionalProperties: false },
)

const Encoder = Type.Object({
  modes: ModesSchema,
  curves: CurvesSchema,
  embedding: WIDTH,
  decoder: LAYERS,
  /** Rows of each. */
  groups: Type.Array(Type.Integer({ minimum: 1, maximum: 10_000 }), {
    ...{ minItems: 1, maxItems: 1000 },
  }),
})

const CORRECTIONS = 'corrections'

export const tvae: AlgorithmModule = {
  drawsWithin: false,
  options: Options,
  async train(targets, options, hooks) {
    const given = options as Static<typeof Options> & { seed: number }
    const defaults = TVAE_DEFAULTS
    const { modes, shape, prior, calibration, history } = await fitTvae(targets, {
      ...hooks,
      seed: given.seed,
      epochs: given.epochs ?? defaults.epochs,
      batchRows: given.batch_size ?? defaults.batchRows,
      learningRate: given.learning_rate ?? defaults.learningRate,
      weightDecay: given.weight_decay ?? defaults.weightDecay,
      lossFactor: given.loss_factor ?? defaults.lossFactor,
      embedding: given.embedding_dim ?? defaults.embedding,
      encoder: given.compress_dims ?? defaults.encoder,
      decoder: given.decompress_dims ?? defaults.decoder,
      calibrate: given.calibrate ?? defaults.calibrate,
    })
    const { embedding, decoder } = shape
    const { groups, parameters } = prior
    const { corrections, curves } = calibration
    const written = new Map(parameters).set(CORRECTIONS, corrections)
    const { model } = tvaeDrawing(shape, prior, corrections)
    const shapes = tensorShapes(shape, groups.length)
    return {
      encoder: { modes, curves, embedding, decoder, groups },
      tensors: new Map([...writeParameters(written, shapes), graphEntry(model)]),
      history,
    }
  },
  async createSampler({ targets, encoder: written, tensors }, options) {
    const { modes, curves, groups, ...sizes } = checkEncoder(Encoder, written)
    const model = readModes(targets, { modes, curves })
    const shape = { ...sizes, encoder: [], layout: model.layout }
    const parameters = readParameters(tensors, tensorShapes(shape, groups.length))
    const corrections = parameters.get(CORRECTIONS) as Float32Array
    return await createModeSampler(
      model,
      tvaeDrawing(shape, { groups, parameters }, corrections),
      options,
    )
  },
}

function tensorShapes(shape: TvaeShape, groups: number) {
  return [...drawnParameters(shape, groups), { name: CORRECTIONS, shape: [shape.layout.codes] }]
}
