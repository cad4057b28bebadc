import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { planConfig } from '#engine/plan.ts'
import { tenConfig } from './ten.ts'

test('ten.yaml and its resolved form make the same rows', async () => {
  const source = await readFile(new URL('ten.yaml', import.meta.url), 'utf8')
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  assert.ok(config)
  const { resolved } = resolveConfig(config, { format: 'csv', now: 1_767_225_600 })
  const rows = (of: typeof resolved) => compile(of, planConfig(of)).table('people').values(0, 200)
  assert.deepEqual(rows(resolved), rows(tenConfig(1_000_000, 'csv')))
})
