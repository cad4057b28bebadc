import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResolvedConfig, Scalar, SqlOptions } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, SEQUENCE, table } from '#engine/testing/configs.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { readInserts } from '#engine/testing/mysql-values.ts'
import { shopConfig } from '#engine/testing/shop.ts'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS), { maxLength: 4 }).map((parts) => parts.join('')),
)
const cases = fc.tuple(
  fc.uniqueArray(
    hostileText.map((name) => name.replaceAll(/\p{Cc}/gu, '')),
    { minLength: 1, maxLength: 3 },
  ),
  fc.array(hostileText, { minLength: 1, maxLength: 8 }),
  fc.integer({ min: 1, max: 12 }),
  fc.constantFrom('generated', 'closures'),
)

function sqlOutput(sql: Partial<SqlOptions>) {
  const defaults = { dialect: 'postgresql', mode: 'insert', rows_per_insert: 1000 } as const
  return { format: 'sql' as const, sql: { ...defaults, ...sql } }
}

/** Rows as the database has them: texts well-formed, moments as SQL spells them. */
function rowsOf(config: ResolvedConfig, name: string): Scalar[][] {
  const columns = config.tables.find((one) => one.name === name)?.columns ?? []
  const values = columns.map((one) =>
    valuesOf(config, name, one.name).map((value) => {
      if (typeof value !== 'string') return value
      if (one.type !== 'datetime') return value.toWellFormed()
      return value.replace('T', ' ').replace('Z', '')
    }),
  )
  return (values[0] ?? []).map((_, i) => values.map((list) => list[i] as Scalar))
}

test('SQLite takes the file and has every value', () => {
  fc.assert(
    fc.property(cases, ([names, texts, rows_per_insert, writer]) => {
      const output = sqlOutput({ dialect: 'sqlite', rows_per_insert })
      const config = everyType(names, texts, { rows: 25, output })
      const [made] = config.tables
      const name = made?.name ?? ''
      const database = new DatabaseSync(':memory:')
      database.exec(fileOf(config, name, { writer }))
      const statement = database.prepare(
        `select * from "${name.replaceAll('"', '""')}" order by id`,
      )
      statement.setReadBigInts(true)
      const found = statement.all().map((row) => Object.values(row).map(plain))
      const expected = rowsOf(config, name).map((row) =>
        row.map((value) => (typeof value === 'boolean' ? Number(value) : value)),
      )
      assert.deepEqual(found, expected)
      const listed = database.prepare('select name from pragma_table_info(?)').all(name)
      assert.deepEqual(
        listed.map((row) => row['name']),
        made?.columns.map((one) => one.name.toWellFormed()),
      )
      database.close()
    }),
    { numRuns: 80 },
  )
})

const plain = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)

test('MySQL reads every value by the rules of its manual', () => {
  fc.assert(
    fc.property(cases, ([names, texts, rows_per_insert, writer]) => {
      const output = sqlOutput({ dialect: 'mysql', rows_per_insert })
      const config = everyType(names, texts, { rows: 25, output })
      const [made] = config.tables
      const name = made?.name ?? ''
      const inserts = readInserts(fileOf(config, name, { writer }))
      assert.equal(inserts.length, Math.ceil(25 / rows_per_insert))
      for (const insert of inserts) {
        assert.equal(insert.table, name)
        assert.deepEqual(
          insert.columns,
          made?.columns.map((one) => one.name.toWellFormed()),
        )
      }
      assert.deepEqual(
        inserts.flatMap(({ rows }) => rows),
        rowsOf(config, name),
      )
    }),
    { numRuns: 80 },
  )
})

test('statements end at multiples of rows, wherever chunks are cut', () => {
  for (const rows_per_insert of [1, 3, 7, 1000]) {
    const output = sqlOutput({ rows_per_insert })
    const whole = fileOf({ ...shopConfig({ chunkRows: 5000 }), output }, 'customers')
    for (const chunkRows of [1, 2, 7, 100]) {
      assert.equal(fileOf({ ...shopConfig({ chunkRows }), output }, 'customers'), whole)
    }
    assert.equal(whole.match(/^insert into/gm)?.length, Math.ceil(700 / rows_per_insert))
  }
})

test('a file of SQL, to the letter', () => {
  const config = shopOfTwo(3)
  const file = (sql: Partial<SqlOptions>, name = 'b') =>
    fileOf({ ...config, output: sqlOutput(sql) }, name)
  assert.equal(
    file({ rows_per_insert: 2 }),
    `set client_encoding = 'UTF8';
set standard_conforming_strings = on;
create table "b" (
  "x" bigint,
  "a" bigint,
  "n" text,
  "t" timestamp,
  primary key ("x"),
  unique ("n"),
  foreign key ("a") references "a" ("id")
);
insert into "b" ("x","a","n","t") values
(1,1,'n1','1970-01-01 00:00:00'),
(2,1,'n2','1970-01-01 00:00:00');
insert into "b" ("x","a","n","t") values
(3,1,'n3','1970-01-01 00:00:00');
`,
  )
  const [settings, rows] = file({ mode: 'copy' }).split('copy "b" ("x","a","n","t") from stdin;\n')
  assert.ok(settings?.endsWith(');\n'))
  assert.equal(
    rows,
    `${[1, 2, 3].map((x) => `${x}\t1\tn${x}\t1970-01-01 00:00:00\n`).join('')}\\.\n`,
  )
  assert.match(file({ dialect: 'mysql' }), /`n` varchar\(255\),\n/)
  assert.match(file({ dialect: 'mysql' }), /collate utf8mb4_bin;\ninsert into `b` \(`x`,/)
  assert.match(file({ dialect: 'sqlite' }), /^create table "b" \(\n {2}"x" integer,\n/)
})

test('a table without rows is there, and empty', () => {
  const file = (sql: Partial<SqlOptions>) =>
    fileOf({ ...shopOfTwo(0), output: sqlOutput(sql) }, 'b')
  assert.ok(file({}).endsWith('\n);\n'))
  assert.ok(file({ mode: 'copy' }).endsWith(' from stdin;\n\\.\n'))
})

function shopOfTwo(rows: number): ResolvedConfig {
  const reference = { type: 'reference', table: 'a', column: 'id', foreign_key: 0 } as const
  return configOf([
    table('a', 1, [column('id', 'int', SEQUENCE, { primary_key: true })]),
    table(
      'b',
      rows,
      [
        column('x', 'int', SEQUENCE, { primary_key: true }),
        column('a', 'int', reference),
        column('n', 'str', { type: 'template', parts: ['n', { column: 'x' }] }, { unique: true }),
        column('t', 'datetime', { type: 'datetime', min: 0, max: 0 }),
      ],
      [{ parent_table: 'a', parent_columns: ['id'], child_columns: ['a'], children: null }],
    ),
  ])
}
