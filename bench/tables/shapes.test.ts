import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readShapes } from '#bench/shapes.ts'
import { RULES } from '#engine/config/rules/registry.ts'

test('shapes.yaml has shapes of most rules, each read without a problem', async () => {
  const shapes = await readShapes(1000)
  const rules = new Set(shapes.map(({ name }) => name.split(':')[0] ?? ''))
  const known = [...RULES.keys()].filter((rule) => rules.has(rule))
  assert.ok(known.length >= 40, `${known.length} rules`)
  assert.equal(new Set(shapes.map(({ name }) => name)).size, shapes.length)
})
