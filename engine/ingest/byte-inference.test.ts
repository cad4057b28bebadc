import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteCells } from '#engine/testing/uploads.ts'
import { createBatchReader } from './batch-reader.ts'
import { numberOf } from './byte-numbers.ts'
import { createColumnBuilder } from './column-builder.ts'
import { createColumnInference } from './column-inference.ts'
import { decideField } from './decide-field.ts'
import { plainNumber } from './number-text.ts'

type Texts = (string | null)[]

/** Values of one kind, many of them different, and a few that contradict them, somewhere. */
const KINDS: readonly ((row: number) => string)[] = [
  (row) => String(row),
  (row) => String(-row * 7.25),
  (row) => `${row}.0`,
  (row) => `${row},5`,
  (row) => `00${row}`,
  (row) => `$${row}.50`,
  (row) => `${row % 100},${row % 10} %`,
  (row) => new Date(row * 86_400_000).toISOString().slice(0, 10),
  (row) => new Date(row * 1e6).toISOString().replace(/\.\d+/, ''),
  (row) => new Date(row * 1e6).toISOString().slice(0, 19).replace('T', ' '),
  (row) => new Date(row * 1000).toISOString().slice(11, 19),
  (row) => `${(row % 28) + 1}/${(row % 12) + 1}/${1990 + (row % 40)}`,
  (row) => `user${row}@example.com`,
  (row) => `Müller ${row}`,
  (row) => ['red', 'green', 'NA', 'blue'][row % 4] as string,
  (row) => ['true', 'False'][row % 2] as string,
  (row) => String(row % 2),
  (row) => 'x'.repeat(190 + (row % 20)),
]
const ODD = [
  null,
  '',
  '?',
  'NA',
  '-',
  'inf',
  'NaN',
  'n/a',
  '1e999',
  '+5',
  '-0',
  '0',
  '007',
  '1,234',
]
const OTHERS = [
  '.5',
  '5.',
  '12:00',
  '2024-02-30',
  'ä',
  ' 1',
  '9007199254740993',
  '0x10',
  '31.12.24',
]

const columns = fc
  .tuple(
    fc.constantFrom(...KINDS),
    fc.integer({ min: 0, max: 700 }),
    fc.array(fc.tuple(fc.nat(700), fc.constantFrom(...ODD, ...OTHERS)), { maxLength: 4 }),
  )
  .map(([kind, rows, odd]): Texts => {
    const texts: Texts = Array.from({ length: rows }, (_, row) => kind(row))
    for (const [at, text] of odd) texts.splice(Math.min(at, texts.length), 0, text)
    return texts
  })
const names = fc.constantFrom('id', 'value', 'is_new', 'birth_date', 'email', 'phone')

test('cells in bytes say of a column what their texts say', () => {
  fc.assert(
    fc.property(columns, names, fc.nat(700), (texts, name, cut) => {
      // Few are held, so that most columns have more.
      const [asText, asBytes, mixed] = [1, 2, 3].map(() => createColumnInference(name, 200))
      asText?.add(texts, texts.length)
      const parts = [texts.slice(0, cut), texts.slice(cut)]
      for (const part of parts) asBytes?.addBytes(byteCells(part), part.length)
      mixed?.add(parts[0] as Texts, parts[0]?.length ?? 0)
      mixed?.addBytes(byteCells(parts[1] as Texts), parts[1]?.length ?? 0)
      const known = asText && decideField(asText.evidence())
      assert.deepEqual(asBytes && decideField(asBytes.evidence()), known)
      assert.deepEqual(mixed && decideField(mixed.evidence()), known)
    }),
    { numRuns: 300 },
  )
})

test('values read from bytes are those read from texts', () => {
  fc.assert(
    fc.property(columns, names, fc.nat(700), (texts, name, cut) => {
      const inference = createColumnInference(name, 200)
      inference.add(texts, texts.length)
      const { field } = decideField(inference.evidence())
      const order = Int32Array.from(texts.keys())
      const [asText, asBytes] = [createColumnBuilder(field), createColumnBuilder(field)]
      asText.add(texts, { rows: order, from: 0 })
      asBytes.addBytes(byteCells(texts), { rows: order, from: 0 })
      const whole = asText.finish(order)
      assert.deepEqual(asBytes.finish(order), whole)

      const reader = createBatchReader(field)
      const found = [texts.slice(0, cut), texts.slice(cut)].flatMap(
        (part, at): (string | number | null | undefined)[] => {
          const column = reader.read(byteCells(part), part.length, at * cut)
          if (column.kind === 'number') return [...column.values]
          if (column.kind === 'category')
            return Array.from(column.codes, (code) => column.levels[code] ?? null)
          const { cells } = column as Extract<typeof column, { kind: 'bytes' }>
          return part.map((_, row) =>
            (cells.bounds[cells.first + row * cells.step] as number) < 0 ? null : part[row],
          )
        },
      )
      const known =
        whole.kind === 'category'
          ? Array.from(whole.codes, (code) => whole.levels[code] ?? null)
          : [...whole.values]
      assert.deepEqual(found, known)
    }),
    { numRuns: 300 },
  )
})

test('numbers read digit by digit are those nearest to what is written', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$/)
  fc.assert(
    fc.property(fc.oneof(digits, fc.double().map(String), fc.string({ maxLength: 6 })), (text) => {
      const bytes = Buffer.from(text)
      const found = numberOf(bytes, 0, bytes.length)
      if (!Number.isNaN(found))
        assert.ok(Object.is(found, Number(plainNumber(text, 'plain'))), text)
    }),
    { numRuns: 2_000 },
  )
})
