// The autoregressive model among the algorithms: its options, and its place in model files.

import Type, { type Static } from 'typebox'
import type { AlgorithmModule } from '../algorithm.ts'
import { rowsOf } from '../sampled.ts'
import { checkEncoder, notAModel, readParameters, writeParameters } from '../stored-parts.ts'
import { graphEntry } from '../tensor-file.ts'
import { type Tokens, tokenCount } from '../tokens/tokens.ts'
import { BATCH_SIZE, EPOCHS, LEARNING_RATE } from '../training-options.ts'
import { argnDefaults, fitArgn } from './argn.ts'
import { createNetwork, networkParameters } from './network.ts'
import { createArgnSampler, GRID_ROWS } from './sampler.ts'
import { samplingModel } from './sampling.ts'

const Options = Type.Object(
  {
    epochs: EPOCHS,
    batch_size: BATCH_SIZE,
    learning_rate: LEARNING_RATE,
    dropout: Type.Optional(
      Type.Number({ minimum: 0, maximum: 0.9, description: 'Share of units left out in a step' }),
    ),
    capacity: Type.Optional(
      Type.Number({ minimum: 0.25, maximum: 16, description: 'Multiplies the hidden layers' }),
    ),
  },
  { additionalProperties: false },
)

const Cell = Type.Object({
  from: Type.Number(),
  to: Type.Number(),
  step: Type.Integer({ minimum: 1 }),
  share: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
})

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
        cells: Type.Optional(Type.Array(Type.Array(Cell, { minItems: 1 }))),
        hasNull: Type.Boolean(),
      }),
    ]),
  ),
})

export const argn: AlgorithmModule = {
  drawsWithin: true,
  options: Options,
  async train(targets, options, hooks) {
    const given = options as Static<typeof Options> & { seed: number }
    const defaults = argnDefaults(rowsOf(targets))
    const capacity = given.capacity ?? defaults.capacity
    const fitted = await fitArgn(targets, {
      ...hooks,
      seed: given.seed,
      epochs: given.epochs ?? defaults.epochs,
      batchRows: given.batch_size ?? defaults.batchRows,
      learningRate: given.learning_rate ?? defaults.learningRate,
      dropout: given.dropout ?? defaults.dropout,
      capacity,
    })
    const tensors = writeParameters(fitted.parameters, networkParameters(fitted.network))
    const graph = samplingModel(fitted.network, fitted.parameters, GRID_ROWS)
    return {
      encoder: { capacity, tokens: fitted.tokens },
      tensors: new Map([...tensors, graphEntry(graph)]),
      history: fitted.history,
    }
  },
  async createSampler({ targets, encoder, tensors }, options) {
    const { tokens, capacity } = checkEncoder(Encoder, encoder)
    if (tokens.length !== targets.length)
      throw notAModel('its columns are not those of its encoder')
    if (tokens.some((known) => known.kind === 'numeric' && !areCells(known)))
      throw notAModel('its cells are not those of its bins')
    const network = createNetwork(tokens.map(tokenCount), capacity)
    const parameters = readParameters(tensors, networkParameters(network))
    return await createArgnSampler({ targets, tokens, network, parameters }, options)
  },
}

function areCells({ bins, cells = bins.map(() => []) }: Tokens & { kind: 'numeric' }): boolean {
  if (cells.length !== bins.length) return false
  return cells.flat().every(({ from, to }) => from <= to && Number.isFinite(to - from))
}
