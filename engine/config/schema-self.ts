// The schemas of a table's reference to itself.
import Type from 'typebox'
import { only } from './schema-parts.ts'

export const DEPTH_MAX = 1000
const DEFAULT_DEPTH = 5

const Levels = (description: string) =>
  Type.Object(
    {
      depth: Type.Optional(
        Type.Integer({
          minimum: 2,
          maximum: DEPTH_MAX,
          description: `Number of levels, that of the roots included; by default ${DEFAULT_DEPTH}`,
          examples: [4],
        }),
      ),
      roots: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000_000,
          description: 'The first rows, which have no parent; by default 1',
          examples: [1],
        }),
      ),
    },
    { ...only, description, examples: [{ depth: 4, roots: 1 }] },
  )

export const TreeSchema = Levels(
  'The table refers to itself as a tree: a parent is in the level above',
)
export const GraphSchema = Levels('The table refers to itself: a parent is in any level above')

/** What is left out of `tree` and `graph`. */
export const SELF_DEFAULTS = { depth: DEFAULT_DEPTH, roots: 1 }
