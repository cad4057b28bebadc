// The schemas of a table's constraints.
import Type from 'typebox'
import { Literal, only } from './schema-parts.ts'

const COLUMNS_MAX = 64
const TEXT_MAX = 10_000

const Columns = (description: string, least: number) =>
  Type.Array(Type.String(), {
    minItems: least,
    maxItems: COLUMNS_MAX,
    description,
    examples: [['low', 'high']],
  })

export const CheckSchema = Type.Object(
  {
    check: Type.String({
      minLength: 1,
      maxLength: TEXT_MAX,
      description:
        'Columns compared by <, <=, > or >= with each other or with a value, joined by and',
      examples: ['started_at < ended_at'],
    }),
  },
  only,
)

export const SortedSchema = Type.Object(
  { sorted: Columns('Columns of one type, whose values never fall from left to right', 2) },
  only,
)

export const SumSchema = Type.Object(
  {
    sum: Columns('Columns of type int or decimal that add up to equals', 2),
    equals: Type.Union([Type.Number(), Type.String({ minLength: 1, maxLength: TEXT_MAX })], {
      description: 'A number, a column or an expression',
      examples: ['total'],
    }),
    shares: Type.Optional(
      Type.Boolean({
        description: 'The rules give the shares of the total, not values within their bounds',
        examples: [true],
      }),
    ),
  },
  only,
)

export const FixedSchema = Type.Object(
  {
    fixed: Columns('Columns that are drawn together', 1),
    values: Type.Array(Type.Array(Literal, { minItems: 1, maxItems: COLUMNS_MAX }), {
      minItems: 1,
      maxItems: 10_000,
      description: 'The combinations: one value for each of the columns',
      examples: [
        [
          ['DE', 'EUR'],
          ['US', 'USD'],
        ],
      ],
    }),
    weights: Type.Optional(
      Type.Array(Type.Number({ minimum: 0 }), {
        minItems: 1,
        maxItems: 10_000,
        description: 'How often each combination, relative to the others; by default all alike',
        examples: [[3, 1]],
      }),
    ),
  },
  only,
)

/** `unique` of a table. */
export const UniqueSchema = Type.Optional(
  Type.Array(Type.Array(Type.String(), { minItems: 1, maxItems: 16 }), {
    maxItems: 100,
    description: 'Columns whose values together do not repeat',
    examples: [[['student_id', 'course_id']]],
  }),
)

/** `constraints` of a table. */
export const ConstraintsSchema = Type.Optional(
  Type.Array(Type.Union([CheckSchema, SortedSchema, SumSchema, FixedSchema]), {
    maxItems: 1000,
    description: 'What holds between the columns of every row',
    examples: [[{ check: 'started_at < ended_at' }]],
  }),
)
