// The schemas of conditions and of rules that depend on them.
import Type, { type TSchema } from 'typebox'
import { Defined, Literal, Name, only } from './schema-parts.ts'

export const OPERATORS = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not_in',
  'between',
  'contains',
  'starts_with',
  'ends_with',
  'matches',
  'is_null',
  'is_not_null',
] as const

export const ComparisonSchema = Type.Object(
  {
    column: Name('Column of the same row', 'status'),
    operator: Type.Union(
      OPERATORS.map((operator) => Type.Literal(operator)),
      { description: 'How to compare', examples: ['=='] },
    ),
    value: Type.Optional(
      Type.Union([Literal, Type.Array(Literal, { maxItems: 10_000 })], {
        description: 'What to compare with; a list for in, not_in and between',
        examples: ['pending'],
      }),
    ),
  },
  { additionalProperties: false },
)

const Conditions = (description: string) =>
  Type.Array(Defined('Condition'), { minItems: 1, description })

export const ConditionSchema: TSchema = Type.Union([
  ComparisonSchema,
  Type.Object({ all: Conditions('All of these hold') }, only),
  Type.Object({ any: Conditions('At least one of these holds') }, only),
  Type.Object({ not: Defined('Condition') }, only),
])

export const ConditionalRuleSchema = Type.Object(
  { condition: Defined('Condition'), rule: Defined('Rule') },
  { additionalProperties: false },
)
