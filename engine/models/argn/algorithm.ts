// The autoregressive model among the algorithms: its options, and its place in model files.

import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { sizeOf } from '#engine/tensor/graph.ts'
import type { AlgorithmModule } from '../algorithm.ts'
import { type FileTensor, graphEntry } from '../tensor-file.ts'
import { argnDefaults, fitArgn } from './argn.ts'
import { createNetwork, type Network, networkParameters } from './network.ts'
import { createArgnSampler, GRID_ROWS } from './sampler.ts'
import { samplingModel } from './sampling.ts'
import { tokenCount } from './tokens.ts'

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
    dropout: Type.Optional(
      Type.Number({ minimum: 0, maximum: 0.9, description: 'Share of units left out in a step' }),
    ),
    capacity: Type.Optional(
      Type.Number({ minimum: 0.25, maximum: 16, description: 'Multiplies the hidden layers' }),
    ),
  },
  { additionalProperties: false },
)

const Encoder = Type.Object({
  capacity: Type.Number({ exclusiveMinimum: 0, maximum: 16 }),
  tokens: Type.Array(
    Type.Union([
      Type.Object({
        kind: Type.Literal('category'),
        name: Type.String(),
        count: Type.Integer({ minimum: 1 }),
      }),
      Type.Object({
        kind: Type.Literal('numeric'),
        name: Type.String(),
        decimals: Type.Integer({ minimum: 0, maximum: 15 }),
        atoms: Type.Array(Type.Number()),
        bins: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
        hasNull: Type.Boolean(),
      }),
    ]),
  ),
})

export const argn: AlgorithmModule = {
  options: Options,
  async train(targets, options, hooks) {
    const given = options as Static<typeof Options> & { seed: number }
    const defaults = argnDefaults(rowsOf(targets[0]))
    const fitted = await fitArgn(targets, {
      ...hooks,
      seed: given.seed,
      epochs: given.epochs ?? defaults.epochs,
      batchRows: given.batch_size ?? defaults.batchRows,
      learningRate: given.learning_rate ?? defaults.learningRate,
      dropout: given.dropout ?? defaults.dropout,
      capacity: given.capacity ?? defaults.capacity,
    })
    const capacity = given.capacity ?? defaults.capacity
    const tensors = parameterShapes(fitted.network).map(({ name, shape }) => {
      return [name, { shape, values: fitted.parameters.get(name) as Float32Array }] as const
    })
    const graph = samplingModel(fitted.network, fitted.parameters, {
      ...{ batchRows: GRID_ROWS, order: [...fitted.tokens.keys()], weights: new Map() },
    })
    return {
      encoder: { capacity, tokens: fitted.tokens },
      tensors: new Map<string, FileTensor>([...tensors, graphEntry(graph)]),
      history: fitted.history,
    }
  },
  async createSampler({ targets, encoder, tensors }, options) {
    if (!Value.Check(Encoder, encoder) || encoder.tokens.length !== targets.length)
      throw new AppError('invalid_request', 'this is no model: it does not say what its tokens are')
    const { tokens, capacity } = encoder
    const network = createNetwork(tokens.map(tokenCount), capacity)
    const parameters = new Map<string, Float32Array>()
    for (const { name, shape } of parameterShapes(network)) {
      const values = tensors.get(name)?.values
      if (!(values instanceof Float32Array) || values.length !== sizeOf(shape))
        throw new AppError('invalid_request', `this is no model: its tensor ${name} does not fit`)
      parameters.set(name, values)
    }
    return await createArgnSampler({ targets, tokens, network, parameters }, options)
  },
}

function rowsOf(target: Parameters<AlgorithmModule['train']>[0][number] | undefined): number {
  if (target === undefined) return 0
  return target.kind === 'numeric' ? target.values.length : target.codes.length
}

function parameterShapes(network: Network) {
  return networkParameters(network, [])
}
