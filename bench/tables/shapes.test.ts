import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { readShapes } from '#bench/shapes.ts'
import { compile } from '#engine/compile.ts'
import { RULES } from '#engine/config/rules/registry.ts'
import { planConfig } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'

test('shapes.yaml has shapes of most rules, each read without a problem', async () => {
  const shapes = await readShapes(1000)
  const rules = new Set(shapes.map(({ name }) => name.split(':')[0] ?? ''))
  const known = [...RULES.keys()].filter((rule) => rules.has(rule))
  assert.ok(known.length >= 40, `${known.length} rules`)
  assert.equal(new Set(shapes.map(({ name }) => name)).size, shapes.length)
})

test('shapes have the recorded values: kernels may become faster, not different', async () => {
  const hash = createHash('sha256')
  for (const { name, config, counted } of await readShapes(1000)) {
    const sandbox = await sandboxFor(config)
    const table = compile(config, planConfig(config), { sandbox }).table('values')
    const kept = table.columns.map((column) => counted?.includes(column.name) ?? true)
    const rows = table.values(0, 700).map((row) => row.filter((_, k) => kept[k]))
    hash.update(JSON.stringify([name, rows]))
  }
  assert.equal(hash.digest('hex').slice(0, 16), '15ca2a15ed4dc3ea')
})
