import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { textAt } from '#engine/rules/read.ts'
import type { Piece, PiecesVector } from '#engine/rules/vector.ts'
import { csvDialect, type Dialect, JSONL } from './dialect.ts'
import { Output } from './output.ts'
import { createRowWriter } from './row-writer.ts'
import { insertDialect } from './sql-dialect.ts'

const ENTRIES = 12

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '0', ',', '"', '#', '!', '\n', ' ', "'"),
  maxLength: 4,
})
const codesOf = (length: number) =>
  fc
    .array(fc.nat(length - 1), { minLength: ENTRIES, maxLength: ENTRIES })
    .map((codes) => Int32Array.from(codes))
const codes = fc
  .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
    minLength: ENTRIES,
    maxLength: ENTRIES,
  })
  .map((list) => Int32Array.from(list))
const numbers = fc
  .array(fc.nat(99_999), { minLength: ENTRIES, maxLength: ENTRIES })
  .map((values) => Float64Array.from(values))
const texts = fc.array(text, { minLength: 1, maxLength: 4 })

const flat: fc.Arbitrary<Piece> = fc.oneof(
  text.map((literal): Piece => ({ kind: 'literal', text: literal })),
  texts.chain((dictionary) =>
    codesOf(dictionary.length).map((codes): Piece => ({ kind: 'code', dictionary, codes })),
  ),
  numbers.map((values): Piece => ({ kind: 'integer', values, pad: 0 })),
  fc
    .tuple(fc.constantFrom('decimal', 'float', 'date', 'datetime', 'time'), numbers)
    .map(([type, values]): Piece => {
      return { kind: 'number', vector: { kind: 'number', type, scale: 2, values, nulls: null } }
    }),
  fc.tuple(codes, codes, codes, codes).map((words): Piece => ({ kind: 'uuid', words })),
  texts.chain((patterns) =>
    fc
      .tuple(codesOf(patterns.length), numbers)
      .map(([codes, filled]): Piece => ({ kind: 'mask', patterns, codes, numbers: filled })),
  ),
)

/** Lists of 0 to 3 items, which are the entries of flat pieces in order. */
const list: fc.Arbitrary<Piece> = fc
  .tuple(
    fc.array(flat, { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(3), { minLength: ENTRIES, maxLength: ENTRIES }),
  )
  .map(([items, lengths]): Piece => {
    const starts = [0]
    for (const length of lengths) starts.push(Math.min((starts.at(-1) ?? 0) + length, ENTRIES))
    return { kind: 'list', items, starts: Int32Array.from(starts) }
  })

const piece = fc.oneof({ weight: 3, arbitrary: flat }, { weight: 1, arbitrary: list })

function written(vector: PiecesVector, dialect: Dialect, mode: 'generated' | 'closures'): string {
  const out = new Output(Number.POSITIVE_INFINITY)
  const writer = createRowWriter([{ name: 'x', vector }], dialect, mode)
  writer.reserve(out, ENTRIES, 0)
  writer.write(out, 0, ENTRIES)
  return Buffer.from(out.bytes()).toString()
}

test('pieces are written as the text that they make up, whatever marks and nulls are', () => {
  const dialects = [
    csvDialect(CSV_DEFAULTS),
    csvDialect({ ...CSV_DEFAULTS, delimiter: '#', null: 'a0' }),
    csvDialect({ ...CSV_DEFAULTS, quote: '!', delimiter: "'" }),
    csvDialect({ ...CSV_DEFAULTS, quote: '#', null: 'é!a' }),
    csvDialect({ ...CSV_DEFAULTS, quote: ',', delimiter: ';' }),
    JSONL,
    insertDialect('postgresql'),
  ]
  const pieces = fc.array(piece, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(pieces, fc.constantFrom(...dialects), (parts, dialect) => {
      const vector: PiecesVector = { kind: 'pieces', pieces: parts, nulls: null }
      const row = (_: unknown, i: number) =>
        `${dialect.before('x', 0)}${dialect.text(textAt(vector, i))}${dialect.rowEnd}`
      const expected = Array.from({ length: ENTRIES }, row).join('')
      assert.equal(written(vector, dialect, 'generated'), expected)
      assert.equal(written(vector, dialect, 'closures'), expected)
    }),
    { numRuns: 2000 },
  )
})
