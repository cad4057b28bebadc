// How many children each parent has, as written: the forms that are not rules, and the names of the rules that do.
import Type from 'typebox'
import { only } from './schema-parts.ts'

/** Of one parent. */
export const CHILDREN_MAX = 1_000_000

/** Rules that may say how many children there are. */
export const CHILD_RULES: readonly string[] = [
  'uniform',
  'normal',
  'truncated_normal',
  'lognormal',
  'exponential',
  'gamma',
  'beta',
  'pareto',
  'weibull',
  'poisson',
  'binomial',
  'geometric',
  'zipf',
  'mixture',
  'histogram',
  'choice',
]

export const ChildrenSchema = Type.Union(
  [
    Type.Integer({ minimum: 0, maximum: CHILDREN_MAX }),
    Type.Object(
      {
        type: Type.Literal('fixed'),
        value: Type.Integer({
          minimum: 0,
          maximum: CHILDREN_MAX,
          description: 'For every parent',
          examples: [3],
        }),
      },
      only,
    ),
    Type.Object(
      {
        type: Type.Literal('range'),
        min: Type.Integer({
          minimum: 0,
          maximum: CHILDREN_MAX,
          description: 'Fewest',
          examples: [0],
        }),
        max: Type.Integer({
          minimum: 0,
          maximum: CHILDREN_MAX,
          description: 'Most',
          examples: [5],
        }),
      },
      only,
    ),
    Type.Object(
      {
        type: Type.Literal('poisson'),
        mean: Type.Number({
          minimum: 0,
          maximum: 100_000,
          description: 'On average',
          examples: [3],
        }),
        max: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: CHILDREN_MAX,
            description: 'Most',
            examples: [20],
          }),
        ),
      },
      only,
    ),
  ],
  { description: 'How many rows each parent row has', examples: [3] },
)
