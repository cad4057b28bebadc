import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseConfig } from './parse.ts'
import { publishedSchema } from './published-schema.ts'

const schema = JSON.parse(publishedSchema()) as object
const validate = new Ajv2020({ allErrors: true }).compile(schema)

const column = { name: 'a', type: 'int' }
const withColumn = (more: object) => ({
  tables: [{ name: 't', columns: [{ ...column, ...more }] }],
})
const withTable = (more: object) => ({ tables: [{ name: 't', columns: [column], ...more }] })

test('it is strict draft 2020-12: a validator that takes no unknown keyword compiles it', () => {
  assert.equal(
    (schema as { $schema: string }).$schema,
    'https://json-schema.org/draft/2020-12/schema',
  )
  assert.ok(validate(withTable({ rows: 3 })))
  assert.ok(validate({ ...withTable({}), 'x-owner': 'us' }))
})

test('what is wrong by itself is wrong for an editor and for the readers', () => {
  const wrong = {
    'an unknown key at the top': { ...withTable({}), sed: 1 },
    'an unknown key of a table': withTable({ row: 3 }),
    'an unknown key of a column': withColumn({ rul: 'uuid' }),
    'an unknown rule': withColumn({ rule: 'first_nam' }),
    'a rule without what it needs': withColumn({ rule: { type: 'choice' } }),
    'an unknown parameter': withColumn({ rule: { type: 'range', min: 1, max: 2, stepp: 1 } }),
    'a column without a type': { tables: [{ name: 't', columns: [{ name: 'a' }] }] },
    'a table without columns': { tables: [{ name: 't', columns: [] }] },
    'rows that are text': withTable({ rows: 'many' }),
    'a negative seed': { ...withTable({}), seed: -1 },
    'a version that is none': { ...withTable({}), version: 2 },
    'a rate above 1': withColumn({ nullable: 1.5 }),
    'an unknown operator': withColumn({
      conditional_rules: [
        {
          condition: { column: 'a', operator: '~', value: 1 },
          rule: { type: 'constant', value: 1 },
        },
      ],
    }),
    'a foreign key without its parent': withTable({ foreign_keys: [{ child_column: 'a' }] }),
    'a negative number of children': withTable({
      foreign_keys: [{ parent_table: 't', children: -1 }],
    }),
  }
  for (const [what, config] of Object.entries(wrong)) {
    assert.ok(!validate(config), what)
    assert.notEqual(parseConfig(config).problems.length, 0, what)
  }
})

type Node = {
  properties?: Record<string, Node>
  const?: unknown
  $ref?: string
  description?: string
}

function undescribed(node: Node, path: string): string[] {
  const own = Object.entries(node.properties ?? {})
    .filter(([, { const: value, $ref, description }]) => !(value ?? $ref ?? description))
    .map(([key]) => `${path}/${key}`)
  const inner = Object.entries(node as object).flatMap(([key, value]: [string, unknown]) =>
    key !== 'examples' && typeof value === 'object' && value !== null
      ? undescribed(value, `${path}/${key}`)
      : [],
  )
  return [...own, ...inner]
}

test('every key has a description for who hovers over it', () => {
  assert.deepEqual(undescribed(schema as Node, ''), [])
})
