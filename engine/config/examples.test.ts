import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { parseConfig } from './parse.ts'
import { publishedSchema } from './published-schema.ts'
import { resolveConfig } from './resolve.ts'
import type { ResolvedTable } from './types.ts'

const validate = new Ajv2020().compile(JSON.parse(publishedSchema()) as object)
const FOLDER = new URL('../../examples/', import.meta.url)

function rowsOf(tables: readonly ResolvedTable[], { rows, foreign_keys }: ResolvedTable): number {
  if (rows !== null) return rows
  const key = foreign_keys.find(({ children }) => children !== null)
  const parent = tables.find(({ name }) => name === key?.parent_table)
  assert.ok(parent !== undefined && key?.children?.type === 'fixed')
  return rowsOf(tables, parent) * key.children.value
}

test('every example is right, by the readers and by the published schema', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'))
  assert.ok(files.length >= 3)
  for (const file of files) {
    const text = await readFile(new URL(file, FOLDER), 'utf8')
    const { config, problems, warnings } = parseConfig(text)
    assert.deepEqual([file, problems, warnings], [file, [], []])
    assert.ok(validate(parse(text)), `${file}: ${JSON.stringify(validate.errors)}`)
    assert.deepEqual(resolveConfig(config, { now: 1_760_000_000 }).warnings, [])
  }
})

test('the shop has 5,000,000 rows', async () => {
  const { config } = parseConfig(await readFile(new URL('shop.yaml', FOLDER), 'utf8'))
  const { tables } = resolveConfig(config, { now: 1_760_000_000 }).resolved
  const total = tables.reduce((sum, table) => sum + rowsOf(tables, table), 0)
  assert.equal(total, 5_000_000)
})
