import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunkPieces } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { planConfig } from '#engine/plan.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, SEQUENCE, table } from '#engine/testing/configs.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { objectsIn } from '#engine/testing/flat-json.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { shopConfig } from '#engine/testing/shop.ts'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 4 }).map((parts) => parts.join('')),
)

test('an array is what JSON Lines are, parsed as one', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(hostileText, { minLength: 1, maxLength: 3 }),
      fc.array(hostileText, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('generated', 'closures'),
      (names, texts, writer) => {
        const config = everyType(names, texts, { rows: 20, output: { format: 'json' } })
        const [made] = config.tables
        const name = made?.name ?? ''
        const text = fileOf(config, name, { writer })
        assert.equal((JSON.parse(text) as unknown[]).length, 20)
        const rows = objectsIn(text)
        for (const one of made?.columns ?? []) {
          assert.deepEqual(
            rows.map((row) => row.get(one.name)),
            valuesOf(config, name, one.name),
          )
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('the brackets and commas of an array do not depend on where chunks and pieces are cut', () => {
  const whole = fileOf(shopConfig({ format: 'json', chunkRows: 5000 }), 'customers')
  const lines = fileOf(shopConfig({ format: 'jsonl' }), 'customers')
    .trimEnd()
    .split('\n')
  assert.equal(whole, `[\n${lines.join(',\n')}\n]`)
  for (const chunkRows of [1, 3, 350, 699]) {
    const config = shopConfig({ format: 'json', chunkRows })
    const compiled = compile(config, planConfig(config), { batchRows: 256 }).table('customers')
    let pieces = ''
    for (let chunk = 0; chunk < compiled.chunks; chunk++)
      for (const piece of chunkPieces(compiled, chunk, 100)) pieces += Buffer.from(piece).toString()
    assert.equal(pieces, whole)
  }
})

test('arrays of one row and of none', () => {
  const file = (rows: number) =>
    fileOf(configOf([table('t', rows, [column('a', 'int', SEQUENCE)])], { format: 'json' }), 't')
  assert.equal(file(0), '[\n\n]')
  assert.equal(file(1), '[\n{"a":1}\n]')
  assert.equal(file(2), '[\n{"a":1},\n{"a":2}\n]')
})
