// Rules whose value comes from other columns: template, expression, reference. What they name is checked once the
// whole table is read.
import Type from 'typebox'
import { at } from '../problem.ts'
import { parseTemplate } from '../template.ts'
import { Decimals } from './numbers.ts'
import { ANY_TYPE, defineRule, TEXT_TYPES } from './rule-spec.ts'

const TEXT_MAX = 10_000

export const template = defineRule({
  columnTypes: TEXT_TYPES,
  schema: Type.Object(
    {
      type: Type.Literal('template'),
      value: Type.String({
        maxLength: TEXT_MAX,
        description: 'Text with {column} or {rule} in it; {{ and }} are braces',
        examples: ['{first_name}.{last_name}@example.com'],
      }),
    },
    { additionalProperties: false, description: 'Text put together from columns and rules' },
  ),
  check: ({ value }, { path, report }) => {
    const parsed = parseTemplate(value)
    if (!('fault' in parsed)) return
    report.problem(at(path, 'value'), `The template has ${parsed.fault}`, 'Write {{ for a brace')
  },
  lower: ({ value }, { isColumn, lowerShort }) => {
    const parsed = parseTemplate(value)
    const parts = 'fault' in parsed ? [value] : parsed.parts
    return {
      type: 'template',
      parts: parts.map((part) => {
        if (typeof part === 'string') return part
        return isColumn(part.slot) ? { column: part.slot } : { rule: lowerShort(part.slot) }
      }),
    }
  },
})

export const expression = defineRule({
  columnTypes: ANY_TYPE,
  aliases: { expression: 'value', formula: 'value', expr: 'value' },
  schema: Type.Object(
    {
      type: Type.Literal('expression'),
      value: Type.String({
        minLength: 1,
        maxLength: TEXT_MAX,
        description: 'A formula over the columns of the row',
        examples: ['quantity * unit_price'],
      }),
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'Computed from the other columns of the row' },
  ),
  lower: ({ value, decimals }, { scale }) => ({
    type: 'expression',
    value,
    decimals: decimals ?? scale,
  }),
})

export const reference = defineRule({
  columnTypes: ANY_TYPE,
  schema: Type.Object(
    {
      type: Type.Literal('reference'),
      table: Type.Optional(
        Type.String({
          description: 'Parent table; by default of the foreign key',
          examples: ['customers'],
        }),
      ),
      column: Type.Optional(
        Type.String({ description: 'Key column of the parent', examples: ['customer_id'] }),
      ),
      with: Type.Optional(
        Type.Union(
          [
            Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
            Type.Record(Type.String(), Type.String()),
          ],
          {
            description: 'Other columns of the parent, copied into columns of the same names',
            examples: [['city', 'postcode']],
          },
        ),
      ),
    },
    { additionalProperties: false, description: 'A key of the parent table' },
  ),
  lower: (_rule, { reference: found }) => {
    if (found === null) throw new Error('reference was resolved without its foreign key')
    return {
      type: 'reference',
      table: found.table,
      column: found.column,
      foreign_key: found.foreignKey,
    }
  },
})
