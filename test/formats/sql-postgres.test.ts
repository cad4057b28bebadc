// SQL files are loaded into a real PostgreSQL, as statements and as COPY text, and every value is compared.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig, Scalar, SqlOptions } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { testDatabase } from '#test/support/postgres.ts'

const ROWS = 25

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 4 }).map((parts) => parts.join('')),
)
const hostileName = hostileText.map((name) => name.replaceAll(/\p{Cc}/gu, '').slice(0, 15))

const sqlOutput = (mode: SqlOptions['mode'], rows_per_insert: number) => ({
  format: 'sql' as const,
  sql: { dialect: 'postgresql' as const, mode, rows_per_insert },
})

async function connect(t: TestContext): Promise<{ client: pg.Client; url: string }> {
  const { url } = await testDatabase(t)
  const client = new pg.Client({ connectionString: url })
  // The database is dropped under it when the test ends.
  client.on('error', () => undefined)
  await client.connect()
  return { client, url }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** What PostgreSQL should answer for a column read as text, but for numbers. */
function expectedOf(config: ResolvedConfig, table: string, column: string, type: string): Scalar[] {
  return valuesOf(config, table, column).map((value) => {
    if (typeof value === 'boolean') return String(value)
    if (typeof value !== 'string') return value
    if (type === 'datetime') return value.replace('T', ' ').replace('Z', '')
    return value.toWellFormed().replaceAll('\0', '\ufffd')
  })
}

/** Tables have no order: rows are compared as a sorted list. */
async function compare(client: pg.Client, config: ResolvedConfig, name: string): Promise<void> {
  const columns = config.tables.find((table) => table.name === name)?.columns ?? []
  const list = columns.map((one, i) => `${quoted(one.name)}::text as c${i}`).join(', ')
  const { rows } = await client.query(`select ${list} from ${quoted(name)}`)
  const found = rows.map((row) =>
    columns.map(({ type }, i) => {
      const value = row[`c${i}`] as string | null
      const numeric = ['int', 'float', 'decimal'].includes(type)
      return numeric && value !== null ? Number(value) : value
    }),
  )
  const values = columns.map((one) => expectedOf(config, name, one.name, one.type))
  const expected = (values[0] ?? []).map((_, row) => values.map((list) => list[row]))
  const sorted = (all: unknown[]) => all.map((row) => JSON.stringify(row)).sort()
  assert.deepEqual(sorted(found), sorted(expected))
}

test('INSERT statements of hostile names and values load into PostgreSQL', async (t) => {
  const { client } = await connect(t)
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(hostileName, {
        minLength: 1,
        maxLength: 3,
        selector: (name) => name.toWellFormed(),
      }),
      fc.array(hostileText, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 30 }),
      async (names, texts, perInsert) => {
        const config = everyType(names, texts, {
          rows: ROWS,
          output: sqlOutput('insert', perInsert),
        })
        const name = config.tables[0]?.name ?? ''
        await client.query(`drop table if exists ${quoted(name)}`)
        await client.query(fileOf(config, name))
        await compare(client, config, name)
      },
    ),
    { numRuns: 40 },
  )
})

test('COPY text of hostile names and values loads into PostgreSQL', async (t) => {
  const { client } = await connect(t)
  const folder = await mkdtemp(join(tmpdir(), 'syndata-copy-'))
  t.after(() => rm(folder, { recursive: true }))
  spawnSync('chmod', ['755', folder])
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(hostileName, {
        minLength: 1,
        maxLength: 3,
        selector: (name) => name.toWellFormed(),
      }),
      fc.array(hostileText, { minLength: 1, maxLength: 6 }),
      async (names, texts) => {
        const config = everyType(names, texts, { rows: ROWS, output: sqlOutput('copy', 1) })
        const name = config.tables[0]?.name ?? ''
        const file = fileOf(config, name)
        const mark = ' from stdin;\n'
        const at = file.indexOf(mark)
        const path = join(folder, 'rows')
        await writeFile(path, file.slice(at + mark.length))
        await client.query(`drop table if exists ${quoted(name)}`)
        await client.query(`${file.slice(0, at)} from '${path}'`)
        await compare(client, config, name)
      },
    ),
    { numRuns: 40 },
  )
})

test('psql loads files of several tables, parents first, and their foreign keys hold', async (t) => {
  if (spawnSync('psql', ['--version']).status !== 0) return t.skip('psql is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'syndata-psql-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const mode of ['insert', 'copy'] as const) {
    const { client, url } = await connect(t)
    const config = { ...shopConfig({ chunkRows: 333 }), output: sqlOutput(mode, 100) }
    for (const name of ['customers', 'orders', 'items']) {
      const path = join(folder, `${name}.sql`)
      await writeFile(path, fileOf(config, name))
      const options = ['--no-psqlrc', '--quiet', '-v', 'ON_ERROR_STOP=1', '-f', path, url]
      const { status, stderr } = spawnSync('psql', options, { encoding: 'utf8' })
      assert.equal(stderr, '')
      assert.equal(status, 0)
      await compare(client, config, name)
    }
    const { rows } = await client.query(
      `select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
       where contype = 'f' and conrelid::regclass::text in ('orders', 'items') order by 1, 2`,
    )
    assert.deepEqual(rows, [
      { child: 'items', parent: 'customers' },
      { child: 'items', parent: 'orders' },
      { child: 'orders', parent: 'customers' },
    ])
  }
})

test('a tree loads with its foreign key, statement by statement', async (t) => {
  const { client } = await connect(t)
  const source = `
seed: 5
output: {format: sql, sql: {rows_per_insert: 7}}
tables:
  - name: staff
    rows: 500
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: boss, type: int, constraints: [FK]}
    foreign_keys:
      - {parent_table: staff, parent_column: id, child_column: boss, tree: {depth: 4, roots: 3}}
`
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  const { resolved } = resolveConfig(config, { now: 0 })
  await client.query(fileOf(resolved, 'staff'))
  await compare(client, resolved, 'staff')
  const { rows } = await client.query(
    "select 1 from pg_constraint where contype = 'f' and conrelid = 'staff'::regclass",
  )
  assert.equal(rows.length, 1)
})
