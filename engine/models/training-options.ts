// Options that several algorithms have, with their bounds.

import Type from 'typebox'

export const EPOCHS = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 10_000, description: 'Passes over the data at most' }),
)

export const BATCH_SIZE = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 65_536, description: 'Rows of a step' }),
)

export const RATE = Type.Number({ exclusiveMinimum: 0, maximum: 1 })

export const LEARNING_RATE = Type.Optional({ ...RATE, description: 'Of the first steps' })

export const WEIGHT_DECAY = Type.Optional(
  Type.Number({ minimum: 0, maximum: 1, description: 'L2 penalty of all parameters' }),
)

export const CALIBRATE = Type.Optional(
  Type.Boolean({ description: "Bring the columns' shares and spread to those of the data" }),
)

export const WIDTH = Type.Integer({ minimum: 1, maximum: 4096 })

/** Widths of hidden layers, from the input on. */
export const LAYERS = Type.Array(WIDTH, { minItems: 1, maxItems: 8 })
