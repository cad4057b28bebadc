import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '#engine/config/parse.ts'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { CsvOptions } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, range, table } from '#engine/testing/configs.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { strictCsv } from '#engine/testing/strict-csv.ts'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 4 }).map((parts) => parts.join('')),
)
const marks = fc.constantFrom(
  ',',
  ';',
  '\t',
  '|',
  ' ',
  '~',
  '^',
  '#',
  "'",
  '"',
  '\u0001',
  '/',
  '\\',
)
const options: fc.Arbitrary<CsvOptions> = fc
  .record({
    delimiter: marks,
    quote: marks,
    header: fc.boolean(),
    null: fc.constantFrom('', 'NULL', 'N', 'NA', 'n0ne', 'nil value'),
    line_ending: fc.constantFrom('lf', 'crlf'),
  })
  .filter(
    (one) =>
      one.delimiter !== one.quote &&
      ![one.delimiter, one.quote].some((mark) => one.null.includes(mark)),
  )

test('every dialect reads back, whatever the values', () => {
  fc.assert(
    fc.property(
      options,
      fc.uniqueArray(hostileText, { minLength: 1, maxLength: 4 }),
      fc.array(hostileText, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('generated', 'closures'),
      (csv, names, values, writer) => {
        const texts = [...values, csv.null, csv.delimiter, csv.quote]
        const half = csv.null.slice(0, 1)
        const rest = csv.null.slice(1)
        const columns = [
          ...names.map((name, i) =>
            column(
              `${i}${name}`,
              'str',
              { type: 'choice', values: texts.slice(i), weights: null },
              { nullable: { rate: 0.3 } },
            ),
          ),
          column('pieces', 'str', { type: 'template', parts: [half, rest] }),
          column('mixed', 'str', { type: 'template', parts: ['n', { rule: range(0, 1) }, 'ne'] }),
          column('text', 'str', { type: 'template', parts: [{ column: `0${names[0]}` }, ''] }),
          column('float', 'float', range(-5, 5, 3), { nullable: { rate: 0.3 } }),
          column('at', 'datetime', { type: 'datetime', min: 0, max: 1e9 }),
          column('id', 'uuid', { type: 'uuid', version: 4 }),
        ]
        const config = configOf([table('t', 30, columns)])
        const given = { ...config, output: { format: 'csv' as const, csv } }
        const rows = strictCsv(fileOf(given, 't', { writer }), csv)
        if (csv.header) {
          assert.deepEqual(
            rows.shift()?.map((name) => name ?? ''),
            columns.map(({ name }) => name.toWellFormed()),
          )
        }
        columns.forEach(({ name }, k) => {
          const expected = valuesOf(config, 't', name).map((value) =>
            value === null ? null : String(value).toWellFormed(),
          )
          assert.deepEqual(
            rows.map((row) => row[k]),
            expected,
          )
        })
      },
    ),
    { numRuns: 250 },
  )
})

test('the default options are the default bytes, however they are written', () => {
  const source = {
    output: {
      format: 'CSV',
      csv: { delimiter: 'comma', quote: '"', header: true, null: '', line_ending: 'LF' },
    },
    fields: [{ name: 'a', type: 'int' }],
  }
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  assert.deepEqual(resolveConfig(config, { now: 0 }).resolved.output, { format: 'csv' })
  const explicit = shopConfig()
  const output = { format: 'csv' as const, csv: CSV_DEFAULTS }
  assert.equal(fileOf({ ...explicit, output }, 'orders'), fileOf(explicit, 'orders'))
})
