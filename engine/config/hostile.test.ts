import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from './parse.ts'
import { SOURCE_BYTES_MAX } from './read-source.ts'

/** Words that steer random input into the readers rather than past them. */
const KEYS = [
  'tables',
  'name',
  'table_name',
  'columns',
  'fields',
  'type',
  'rule',
  'constraints',
  'nullable',
  'foreign_keys',
  'parent_table',
  'parent_column',
  'child_columns',
  'children',
  'min',
  'max',
  'value',
  'weights',
  'conditional_rules',
  'condition',
  'operator',
  'column',
  'all',
  'not',
  'when',
  'rate',
  'locale',
  'rows',
  'seed',
  'output',
  'format',
  'min_length',
  'max_length',
  'unique',
  'last',
  'from',
  '__proto__',
  'constructor',
  'x-note',
]
const VALUES = [
  'int',
  'str',
  'decimal(10,2)',
  'date',
  'datetime',
  'range',
  'choice',
  'sequence',
  'email',
  'template',
  'expression',
  'reference',
  'PK',
  'FK',
  'unique',
  'a',
  'b',
  'a + b',
  '{a}',
  'parent.a',
  'normal(1, 2)',
  '#,##0',
  'yes/no',
  '{',
  '==',
  'in',
  'poisson',
  'fixed',
  'en_US',
  '90 days',
  '2025-01-01',
  'constructor',
  '__proto__',
  '',
]

const leaf = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
)
const { document } = fc.letrec<{ document: unknown; node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6 },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { maxKeys: 6 }),
  ),
  document: fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { maxKeys: 6 }),
}))

const column = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c', 'id'),
    type: fc.constantFrom(
      'int',
      'str',
      'decimal',
      'float',
      'date',
      'bool',
      'uuid',
      'email',
      'json',
    ),
    rule: fc.oneof(leaf, fc.dictionary(fc.constantFrom(...KEYS), leaf, { maxKeys: 5 })),
    constraints: fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('min_value', 'enum', 'unique'), leaf),
    ),
    nullable: fc.oneof(leaf, fc.record({ when: leaf })),
    format: leaf,
    min_length: leaf,
    max_length: leaf,
    conditional_rules: fc.array(fc.dictionary(fc.constantFrom('condition', 'rule'), leaf), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['name', 'type'] },
)
const nearlyRight = fc.record({
  tables: fc.array(
    fc.record(
      {
        name: fc.constantFrom('t', 'u', 'v'),
        columns: fc.array(column, { maxLength: 4 }),
        rows: leaf,
        foreign_keys: fc.array(
          fc.record(
            {
              parent_table: fc.constantFrom('t', 'u', 'w'),
              parent_column: leaf,
              child_column: leaf,
              children: leaf,
            },
            { requiredKeys: ['parent_table'] },
          ),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: ['name', 'columns'] },
    ),
    { maxLength: 3 },
  ),
})

function wellFormed(source: string | object): void {
  const { config, problems } = parseConfig(source)
  assert.ok(Array.isArray(config.tables))
  for (const { path, message } of problems) {
    assert.match(path, /^(\/|$)/)
    assert.ok(message.length > 0 && message.length < 2000)
  }
}

test('no object makes it throw', () => {
  fc.assert(
    fc.property(document, (value) => wellFormed(value as object)),
    { numRuns: 500 },
  )
})

test('no nearly right config makes it throw, as an object or as text', () => {
  fc.assert(fc.property(nearlyRight, wellFormed), { numRuns: 500 })
  fc.assert(
    fc.property(nearlyRight, (value) => wellFormed(JSON.stringify(value))),
    { numRuns: 200 },
  )
})

test('no text makes it throw', () => {
  const word = fc.constantFrom(
    ...KEYS,
    ...VALUES,
    ': ',
    '- ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '"',
    '|',
    '<<: ',
    '# ',
    '!!binary ',
  )
  const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''))
  fc.assert(fc.property(fc.oneof(fc.string(), text), wellFormed), { numRuns: 1000 })
})

test('values that are no JSON are refused, cycles among them', () => {
  const circle: Record<string, unknown> = {}
  circle['tables'] = [circle]
  for (const source of [
    circle,
    { tables: new Map() },
    { seed: 1n },
    { seed: Number.NaN },
    new Date(),
  ]) {
    assert.ok(parseConfig(source).problems.length > 0)
  }
})

test('text that UTF-8 cannot write is refused, as a value and as a name', () => {
  for (const source of [
    { tables: [{ name: '\ud800', columns: [] }] },
    { tables: [], 'x-\udc00': 1 },
    '{"tables": [{"name": "t", "description": "\\ud83d"}]}',
    'tables: ["\\ud83d"]',
  ]) {
    assert.match(parseConfig(source).problems[0]?.message ?? '', /half a surrogate pair/)
  }
  assert.deepEqual(
    parseConfig({ tables: [{ name: '😀', columns: [{ name: '日本', type: 'int' }] }] }).problems,
    [],
  )
})

test('aliases that expand exponentially are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]`)
  const [problem] = parseConfig(lines.join('\n')).problems
  assert.match(problem?.message ?? '', /aliases/)
})

test('anchors used as intended work', () => {
  const source = `
x-id: &id {name: id, type: int, constraints: [PK]}
tables:
  - {name: a, columns: [*id]}
  - {name: b, columns: [{<<: *id, name: key}]}
`
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    config.tables.map(({ columns }) => columns[0]?.name),
    ['id', 'key'],
  )
})

test('texts too large and too deep are refused', () => {
  const large = `# ${'x'.repeat(SOURCE_BYTES_MAX)}`
  assert.match(parseConfig(large).problems[0]?.message ?? '', /larger than/)
  for (const deep of [
    '['.repeat(100_000),
    '- '.repeat(100_000),
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  ]) {
    assert.match(parseConfig(deep).problems[0]?.message ?? '', /deep/)
  }
})

test('keys that objects inherit are names like others', () => {
  const source =
    '{"__proto__": 1, "constructor": 2, "tables": [{"name": "t", "columns": [{"name": "constructor", "type": "toString", "__proto__": 1}]}]}'
  const paths = parseConfig(source).problems.map(({ path }) => path)
  assert.ok(paths.includes('/__proto__') && paths.includes('/constructor'))
  assert.ok(paths.includes('/tables/0/columns/0/type'))
})
