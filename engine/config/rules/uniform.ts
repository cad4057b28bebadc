// uniform: a range with bounds of its own, and with digits enough to look continuous.
import Type from 'typebox'
import { ceilTo, digitsOf, floorTo } from '../numbers.ts'
import { decimalsFor } from './laws.ts'
import { checkNumberRange, DECIMALS_MAX, Decimals } from './numbers.ts'
import { defineRule, NUMBER_TYPES } from './rule-spec.ts'

export const uniform = defineRule({
  columnTypes: NUMBER_TYPES,
  aliases: { low: 'min', high: 'max', a: 'min', b: 'max', min_value: 'min', max_value: 'max' },
  schema: Type.Object(
    {
      type: Type.Literal('uniform'),
      min: Type.Optional(Type.Number({ description: 'Least value [0], included', examples: [0] })),
      max: Type.Optional(
        Type.Number({ description: 'Greatest value [1], included', examples: [1] }),
      ),
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'Every value between min and max is as likely' },
  ),
  check: ({ min = 0, max = 1, decimals }, context) => {
    checkNumberRange({ min, max, ...(decimals === undefined ? {} : { decimals }) }, context)
  },
  lower: ({ min = 0, max = 1, decimals: own }, context) => {
    const written = Math.min(Math.max(digitsOf(min), digitsOf(max)), DECIMALS_MAX)
    const enough = decimalsFor(own, context, max - min)
    const chosen = own !== undefined || context.scale !== null || context.columnType === 'int'
    const decimals = chosen ? enough : Math.max(enough, written)
    return {
      type: 'range',
      min: ceilTo(min, decimals),
      max: floorTo(max, decimals),
      step: null,
      decimals,
    }
  },
})
