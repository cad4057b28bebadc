// Numbers of children that a rule draws, as it draws the values of an int column: one for each parent row.

import type { ResolvedColumn, Rule } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { CHILDREN_NESTED_DRAW } from '#engine/random/draws.ts'
import type { Generator, Stream } from '#engine/random/generator.ts'
import { type Rows, rowCapacity } from '#engine/rows.ts'
import type { RuleContext } from './kernel.ts'
import { compileRule } from './registry.ts'

const column: ResolvedColumn = {
  ...{ name: 'children', type: 'int', scale: null, rule: null, conditional_rules: [] },
  ...{ nullable: null, unique: false, primary_key: false, sensitivity: null },
}

/** There is a parent row and nothing beside it. */
function alone(): never {
  throw new AppError('invalid_config', 'the number of children depends on no column')
}

function contextOf(random: Generator, stream: Stream, capacity: number): RuleContext {
  let nested = CHILDREN_NESTED_DRAW
  const context: RuleContext = {
    ...{ column, capacity, unique: false, rows: 0, random, stream },
    ...{ columns: [], parents: [], plugins: {}, sandbox: null, learned: null },
    ...{
      keyOf: alone,
      words: alone,
      vector: alone,
      parent: alone,
      entity: alone,
      expression: alone,
    },
    nested: (rule, as, own = random) => {
      const place = { key: stream.key, draw: nested++ }
      return compileRule(rule, {
        ...context,
        column: { ...column, ...as },
        random: own,
        stream: place,
      })
    },
  }
  return context
}

/** The counting function of a rule; counts are from 0 to `max`. At most `batchRows` parents at a time. */
export function countByRule(
  rule: Rule,
  max: number,
  random: Generator,
  stream: Stream,
  batchRows: number,
): (counts: Float64Array, rows: Rows) => void {
  const { vector, fill } = compileRule(rule, contextOf(random, stream, rowCapacity(batchRows)))
  if (vector.kind !== 'number' || vector.type !== 'int') {
    throw new AppError('invalid_config', `${rule.type} does not say how many children there are`)
  }
  const { values } = vector
  return (counts, rows) => {
    fill(rows)
    for (let i = 0; i < rows.n; i++) {
      counts[i] = Math.min(Math.max(values[i] as number, 0), max)
    }
  }
}
