// What rules over entities have in common: `per`, and rules inside them.
import Type from 'typebox'
import { isObject } from '../shape.ts'
import type { RuleCheck } from './rule-spec.ts'

export const PER_ALIASES = { rows_per_entity: 'per', entity: 'per' }

export const Per = Type.Optional(
  Type.Union([Type.String(), Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })], {
    description:
      'The entity: a column whose foreign key has children, or rows per entity; by default that foreign key, else the table',
    examples: ['sensor_id'],
  }),
)

/** Rules that look at other columns, or at the order of rows: inside another rule there is none. */
const DEPENDENT = ['expression', 'reference', 'template', 'sequence', 'series', 'walk', 'state']

/** Reports a rule inside a rule that makes no numbers of its own. */
export function checkDrawn(written: unknown, path: string, context: RuleCheck): void {
  const type = isObject(written) ? written['type'] : written
  if (typeof type === 'string' && DEPENDENT.includes(type)) {
    const message = `${type} cannot stand here: it looks at other columns or rows`
    const hint = 'Write a rule of its own, such as {type: range, min: 1, max: 9}'
    context.report.problem(path, message, hint)
  } else context.nested(written, path, 'float')
}
