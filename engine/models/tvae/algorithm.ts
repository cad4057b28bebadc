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
import { tvaeParameters } from './network.ts'
import { tvaeDrawing } from './sampling.ts'
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
  encoder: LAYERS,
  decoder: LAYERS,
})

const CORRECTIONS = 'corrections'

export const tvae: AlgorithmModule = {
  options: Options,
  async train(targets, options, hooks) {
    const given = options as Static<typeof Options> & { seed: number }
    const defaults = TVAE_DEFAULTS
    const { modes, shape, parameters, calibration, history } = await fitTvae(targets, {
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
    const { embedding, encoder, decoder } = shape
    const { corrections, curves } = calibration
    const written = new Map(parameters).set(CORRECTIONS, corrections)
    const { model } = tvaeDrawing(shape, parameters, corrections)
    return {
      encoder: { modes, curves, embedding, encoder, decoder },
      tensors: new Map([...writeParameters(written, tensorShapes(shape)), graphEntry(model)]),
      history,
    }
  },
  async createSampler({ targets, encoder: written, tensors }, options) {
    const { modes, curves, ...sizes } = checkEncoder(Encoder, written)
    const model = readModes(targets, { modes, curves })
    const shape = { ...sizes, layout: model.layout }
    const parameters = readParameters(tensors, tensorShapes(shape))
    const corrections = parameters.get(CORRECTIONS) as Float32Array
    return await createModeSampler(model, tvaeDrawing(shape, parameters, corrections), options)
  },
}

function tensorShapes(shape: Parameters<typeof tvaeParameters>[0]) {
  return [...tvaeParameters(shape), { name: CORRECTIONS, shape: [shape.layout.codes] }]
}
