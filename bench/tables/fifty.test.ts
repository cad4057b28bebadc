import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseConfig } from '#engine/config/parse.ts'

test('fifty.yaml has fifty columns, read without a problem', async () => {
  const { config, problems } = parseConfig(
    await readFile(new URL('fifty.yaml', import.meta.url), 'utf8'),
  )
  assert.deepEqual(problems, [])
  assert.equal(config.tables[0]?.columns.length, 50)
})
