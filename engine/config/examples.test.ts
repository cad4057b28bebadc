import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { compile } from '#engine/compile.ts'
import { planConfig } from '#engine/plan.ts'
import { previewTable } from '#engine/preview.ts'
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

/** The YAML examples, and the config that a config of another generator looks like, in JSON. */
async function exampleFiles(): Promise<string[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'))
  return [...files, 'sample_configs/customer_config.json']
}

test('every example is right, by the readers and by the published schema, and makes rows', async () => {
  const files = await exampleFiles()
  assert.ok(files.length >= 9)
  for (const file of files) {
    const text = await readFile(new URL(file, FOLDER), 'utf8')
    const { config, problems, warnings } = parseConfig(text)
    assert.deepEqual([file, problems, warnings], [file, [], []])
    assert.ok(validate(parse(text)), `${file}: ${JSON.stringify(validate.errors)}`)
    const { resolved, warnings: more } = resolveConfig(config, { now: 1_760_000_000 })
    assert.deepEqual([file, more], [file, []])
    for (const { name } of resolved.tables) {
      const { rows, columns } = previewTable(resolved, name, 20)
      assert.ok(rows.length > 0, `${file} ${name}`)
      assert.ok(rows.every((row) => row.length === columns.length))
    }
  }
})

test('keys of the examples that are made whole have no orphans and no repeats', async () => {
  for (const file of ['telecom.yaml', 'bank.yaml', 'hospital.yaml', 'departments.yaml']) {
    const text = await readFile(new URL(file, FOLDER), 'utf8')
    const { resolved } = resolveConfig(parseConfig(text).config, { now: 1_760_000_000 })
    const small = {
      ...resolved,
      tables: resolved.tables.map((table) => ({
        ...table,
        rows: table.rows && Math.min(table.rows, 100),
      })),
    }
    const dataset = compile(small, planConfig(small))
    const keysOf = (name: string, columns: readonly string[]) => {
      const table = dataset.table(name)
      const places = columns.map((column) => table.columns.findIndex((one) => one.name === column))
      const rows = table.values(0, table.rows).map((row) => places.map((place) => row[place]))
      return rows.filter((key) => !key.includes(null)).map((key) => JSON.stringify(key))
    }
    for (const { name, columns, foreign_keys } of small.tables) {
      const primary = columns.filter((column) => column.primary_key).map((column) => column.name)
      const own = primary.length === 0 ? [] : keysOf(name, primary)
      assert.equal(new Set(own).size, own.length, `${file} ${name}`)
      for (const { parent_table, parent_columns, child_columns } of foreign_keys) {
        const parents = new Set(keysOf(parent_table, parent_columns))
        const orphans = keysOf(name, child_columns).filter((key) => !parents.has(key))
        assert.deepEqual([file, name, orphans], [file, name, []])
      }
    }
  }
})

test('the shop has 5,000,000 rows', async () => {
  const { config } = parseConfig(await readFile(new URL('shop.yaml', FOLDER), 'utf8'))
  const { tables } = resolveConfig(config, { now: 1_760_000_000 }).resolved
  const total = tables.reduce((sum, table) => sum + rowsOf(tables, table), 0)
  assert.equal(total, 5_000_000)
})
