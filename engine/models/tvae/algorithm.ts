// The variational autoencoder among the algorithms: its options, and its place in model files.

import Type, { type Static } from 'typebox'
import type { AlgorithmModule } from '../algorithm.ts'
import {
  CurvesSchema,
  checkEncoder,
  ModesSchema,
  readModes,
  readParameters,
  writeParameters,
} from '../modes/encoder-file.ts'
import { createModeSampler } from '../modes/sampler.ts'
import { graphEntry } from '../tensor-file.ts'
import { tvaeParameters } from './network.ts'
import { tvaeDrawing } from './sampling.ts'
import { fitTvae, TVAE_DEFAULTS } from './tvae.ts'

const Width = Type.Integer({ minimum: 1, maximum: 4096 })
const Layers = Type.Array(Width, { minItems: 1, maxItems: 8 })

const Options = Type.Object(
  {
    epochs: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'Passes over the data at most' }),
    ),
    batch_size: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_536, description: 'Rows of a step' }),
    ),
    learning_rate: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Of the first steps' }),
    ),
    weight_decay: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'L2 penalty of all parameters' }),
    ),
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
    compress_dims: Type.Optional({ ...Layers, description: 'Layers of the encoder' }),
    decompress_dims: Type.Optional({ ...Layers, description: 'Layers of the decoder' }),
    calibrate: Type.Optional(
      Type.Boolean({ description: "Bring the columns' shares and spread to those of the data" }),
    ),
  },
  { additionalProperties: false },
)

const Encoder = Type.Object({
  modes: ModesSchema,
  curves: CurvesSchema,
  embedding: Width,
  encoder: Layers,
  decoder: Layers,
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
