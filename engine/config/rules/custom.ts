// custom: a function of a plug-in that comes with the config. What runs it is the sandbox.
import Type from 'typebox'
import { at } from '../problem.ts'
import { Decimals } from './numbers.ts'
import { defineRule } from './rule-spec.ts'

const NAME = '^[A-Za-z_$][A-Za-z0-9_$]{0,99}$'
const PARAMETERS_BYTES_MAX = 16_384

export const custom = defineRule({
  columnTypes: ['str', 'int', 'float', 'decimal', 'bool'],
  aliases: { custom_class: 'plugin', custom_method: 'function' },
  schema: Type.Object(
    {
      type: Type.Literal('custom'),
      plugin: Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Name under plugins, or the SHA-256 of its source',
        examples: ['shop'],
      }),
      function: Type.String({
        pattern: NAME,
        description: 'Called once a row, with {row, parameters, values, random}',
        examples: ['sku'],
      }),
      parameters: Type.Optional(
        Type.Unknown({ description: 'Handed to the function', examples: [{ prefix: 'A' }] }),
      ),
      from: Type.Optional(
        Type.Array(Type.String(), {
          maxItems: 32,
          description: 'Columns that the function sees in values',
          examples: [['category']],
        }),
      ),
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'A function of a plug-in, run in a sandbox' },
  ),
  check: ({ parameters }, { path, report }) => {
    const { length } = JSON.stringify(parameters ?? null)
    if (length <= PARAMETERS_BYTES_MAX) return
    const message = `parameters are ${length} characters of JSON`
    report.problem(at(path, 'parameters'), message, `Write at most ${PARAMETERS_BYTES_MAX}`)
  },
  lower: (rule, { scale, columnType }) => ({
    type: 'custom',
    plugin: rule.plugin,
    function: rule.function,
    parameters: rule.parameters ?? null,
    from: rule.from ?? [],
    decimals: columnType === 'int' ? 0 : (rule.decimals ?? scale),
  }),
})
