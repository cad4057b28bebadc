import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'

const ROWS = 20_000
const MIN = 1_735_689_600
const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const config = (rule: Rule, chunkRows = 1000) =>
  configOf([table('t', ROWS, [column('x', 'uuid', rule)])], { chunkRows })

const draw = (rule: Rule) => valuesOf(config(rule), 't', 'x') as string[]
const timeOf = (uuid: string) => Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)

test('version 7 without bounds is sorted from its start, 4,096 rows a millisecond', () => {
  const ids = draw({ type: 'uuid', version: 7, min: MIN, max: null })
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, ROWS)
  for (const [row, id] of ids.entries()) {
    assert.match(id, FORM)
    assert.equal(timeOf(id), MIN * 1000 + Math.floor(row / 4096))
  }
})

test('version 7 with bounds has its times between them and never repeats', () => {
  const rule: Rule = { type: 'uuid', version: 7, min: MIN, max: MIN + 9 }
  const ids = draw(rule)
  assert.equal(new Set(ids.map((id) => id.slice(-13))).size, ROWS)
  const times = ids.map(timeOf)
  for (const id of ids) assert.match(id, FORM)
  assert.ok(Math.min(...times) >= MIN * 1000 && Math.max(...times) < (MIN + 10) * 1000)
  assert.ok(new Set(times).size > 8000)
})

test('version 7 does not depend on chunks, batches or the kind of writer', () => {
  for (const max of [null, MIN + 99]) {
    const rule: Rule = { type: 'uuid', version: 7, min: MIN, max }
    const options = { batchRows: 64, writer: 'closures', random: 'plain' } as const
    assert.equal(fileOf(config(rule, 777), 't', options), fileOf(config(rule), 't'))
  }
})
