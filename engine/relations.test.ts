import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { parseConfig } from './config/parse.ts'
import { resolveConfig } from './config/resolve.ts'
import type { ResolvedConfig } from './config/types.ts'
import { fileOf, valuesOf } from './testing/bytes.ts'
import { resolveText } from './testing/resolve.ts'

type Ask = (sql: string) => Promise<number>

/** Tables of the config in DuckDB; the function answers the one number of a query. */
async function inDuckDb(config: ResolvedConfig, use: (ask: Ask) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-relations-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    for (const { name } of config.tables) {
      const file = join(folder, `${name}.csv`)
      await writeFile(file, fileOf(config, name))
      await connection.run(`create table "${name}" as select * from read_csv('${file}')`)
    }
    await use(async (sql) => {
      const reader = await connection.runAndReadAll(sql)
      return Number(reader.getRows()[0]?.[0])
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}

const UNIVERSITY = `
tables:
  - name: students
    rows: 20000
    columns:
      - {name: campus, type: int, constraints: [PK], rule: {type: range, min: 1, max: 9}}
      - {name: number, type: int, constraints: [PK], rule: {type: range, min: 1, max: 9000}}
      - {name: country, type: str, rule: {type: choice, value: [AT, BE, CH, DE]}}
  - name: courses
    rows: 300
    columns: [{name: course_id, type: int, constraints: [PK]}]
  - name: enrolments
    rows: 600000
    columns:
      - {name: campus, type: int, constraints: [PK, FK]}
      - {name: number, type: int, constraints: [PK, FK], rule: {type: reference, with: {country: home}}}
      - {name: course_id, type: int, constraints: [PK, FK]}
    foreign_keys:
      - {parent_table: students, parent_columns: [campus, number], child_columns: [campus, number]}
      - {parent_table: courses}
  - name: marks
    columns:
      - {name: mark_id, type: int, constraints: [PK]}
      - {name: course_id, type: int, constraints: [FK]}
      - {name: term, type: int, rule: {type: range, min: 1, max: 8}}
      - {name: assessor, type: int}
    unique: [[course_id, term, assessor]]
    foreign_keys:
      - {parent_table: courses, children: {type: range, min: 0, max: 2400}}
      - {parent_table: courses, parent_column: course_id, child_column: assessor}
  - name: folders
    rows: 400000
    columns:
      - {name: folder_id, type: int, constraints: [PK]}
      - {name: parent_id, type: int, rule: {type: reference, with: {kind: parent_kind}}}
      - {name: kind, type: str, rule: {type: choice, value: [a, b]}}
    foreign_keys: [{parent_table: folders, child_column: parent_id, tree: {depth: 6, roots: 10}}]
`

test('no orphans, no repeated pairs and no circles in more than a million rows, says DuckDB', async () => {
  const config = resolveText(UNIVERSITY)
  await inDuckDb(config, async (ask) => {
    const rows = await ask(
      'select (select count(*) from enrolments) + (select count(*) from marks) + (select count(*) from folders)',
    )
    assert.ok(rows > 1_000_000, `${rows}`)
    assert.equal(
      await ask('select count(*) from (select distinct campus, number from students)'),
      20_000,
    )
    assert.equal(
      await ask('select count(*) from enrolments anti join students using (campus, number)'),
      0,
    )
    assert.equal(
      await ask('select count(*) from enrolments anti join courses using (course_id)'),
      0,
    )
    assert.equal(
      await ask('select count(*) from (select distinct campus, number, course_id from enrolments)'),
      600_000,
    )
    assert.equal(
      await ask(
        'select count(*) from enrolments e join students s using (campus, number) where e.home <> s.country',
      ),
      0,
    )
    assert.equal(
      await ask('select count(*) - count(distinct (course_id, term, assessor)) from marks'),
      0,
    )
    assert.equal(
      await ask('select count(*) from marks m anti join courses c on m.assessor = c.course_id'),
      0,
    )
    assert.equal(await ask('select count(*) from folders where parent_id >= folder_id'), 0)
    assert.equal(await ask('select count(*) from folders where parent_id is null'), 10)
    assert.equal(
      await ask(
        'select count(*) from folders f anti join folders p on f.parent_id = p.folder_id where f.parent_id is not null',
      ),
      0,
    )
    assert.equal(
      await ask(
        'select count(*) from folders f join folders p on f.parent_id = p.folder_id where f.parent_kind is distinct from p.kind',
      ),
      0,
    )
    const depth = `with recursive tree(folder_id, level) as (
      select folder_id, 1 from folders where parent_id is null union all
      select f.folder_id, t.level + 1 from folders f join tree t on f.parent_id = t.folder_id)`
    assert.equal(await ask(`${depth} select max(level) from tree`), 6)
    assert.equal(await ask(`${depth} select count(*) from tree`), 400_000)
  })
})

test('pairs are spread evenly over both sides', () => {
  const config = resolveText(`
tables:
  - {name: a, rows: 40, columns: [{name: id, type: int, constraints: [PK]}]}
  - {name: b, rows: 50, columns: [{name: id, type: int, constraints: [PK]}]}
  - name: ab
    rows: 1000
    columns: [{name: a, type: int}, {name: b, type: int}]
    unique: [[a, b]]
    foreign_keys: [{parent_table: a, child_column: a}, {parent_table: b, child_column: b}]
`)
  const [as, bs] = [valuesOf(config, 'ab', 'a'), valuesOf(config, 'ab', 'b')]
  assert.equal(new Set(as.map((a, i) => `${a}/${bs[i]}`)).size, 1000)
  // Without repeats the counts are hypergeometric: variance below that of free draws.
  for (const [values, size] of [
    [as, 40],
    [bs, 50],
  ] as const) {
    const counts = new Map<unknown, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    const mean = 1000 / size
    const square = [...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2, 0)
    assert.equal(counts.size, size)
    assert.ok(square / mean < size * 1.2, `${square / mean}`)
  }
})

test('a full grid of pairs is possible, one row more is not', () => {
  const grid = (rows: number) => `
tables:
  - name: seats
    rows: ${rows}
    columns:
      - {name: row, type: int, rule: {type: range, min: 1, max: 20}}
      - {name: seat, type: str, rule: {type: choice, value: [A, B, C, D, A], weights: [9, 1, 1, 1, 1]}}
    unique: [[row, seat]]
`
  const config = resolveText(grid(80))
  const seats = valuesOf(config, 'seats', 'seat')
  const pairs = valuesOf(config, 'seats', 'row').map((row, i) => `${row}${seats[i]}`)
  assert.equal(new Set(pairs).size, 80)
  const { config: more } = parseConfig(grid(81))
  assert.throws(() => resolveConfig(more, { now: 0 }), /"row, seat" has 80 different values/)
})

test('more children than combinations are refused before the job', () => {
  const { config } = parseConfig(`
tables:
  - {name: a, rows: 4, columns: [{name: id, type: int, constraints: [PK]}]}
  - {name: b, rows: 5, columns: [{name: id, type: int, constraints: [PK]}]}
  - name: ab
    columns: [{name: a, type: int}, {name: b, type: int}]
    unique: [[a, b]]
    foreign_keys: [{parent_table: a, child_column: a, children: 6}, {parent_table: b, child_column: b}]
`)
  assert.throws(() => resolveConfig(config, { now: 0 }), /6 children, and "b" has 5 different/)
})

const SELF = (law: string, rows: number) => `
tables:
  - name: t
    rows: ${rows}
    columns: [{name: id, type: int, constraints: [PK]}, {name: up, type: int}]
    foreign_keys: [{parent_table: t, child_column: up${law}}]
`

function depths(text: string): number[] {
  const levels: number[] = []
  for (const up of valuesOf(resolveText(text), 't', 'up') as (number | null)[]) {
    const parent = up === null ? 0 : levels[up - 1]
    assert.notEqual(parent, undefined, 'a parent is an earlier row')
    levels.push((parent as number) + 1)
  }
  return levels
}

test('a tree has exactly its depth and roots, a graph no more', () => {
  for (const [rows, depth, roots] of [
    [1, 3, 1],
    [2, 3, 1],
    [5, 4, 1],
    [100, 3, 60],
    [100, 50, 1],
    [999, 7, 4],
  ] as const) {
    const tree = depths(SELF(`, tree: {depth: ${depth}, roots: ${roots}}`, rows))
    assert.equal(tree.filter((level) => level === 1).length, Math.min(roots, rows))
    assert.equal(Math.max(...tree), Math.min(depth, rows - Math.min(roots, rows) + 1))
    const graph = depths(SELF(`, graph: {depth: ${depth}, roots: ${roots}}`, rows))
    assert.ok(Math.max(...graph) <= depth)
    assert.equal(graph.filter((level) => level === 1).length, Math.min(roots, rows))
  }
  const any = depths(SELF('', 500))
  assert.equal(any.filter((level) => level === 1).length, 1)
})

test('the bytes of related tables do not depend on how rows are cut', () => {
  const config = resolveText(UNIVERSITY)
  const small: ResolvedConfig = {
    ...config,
    tables: config.tables.map((table) => ({
      ...table,
      rows: table.rows === null ? null : Math.min(table.rows, 2000),
    })),
  }
  const coarse = { ...small, chunk_rows: 100_000 }
  for (const { name } of config.tables) {
    if (name === 'marks') continue
    assert.equal(fileOf(small, name, { batchRows: 7 }), fileOf(coarse, name), name)
  }
  const marks = valuesOf(small, 'marks', 'assessor', 40_000, 40_100)
  assert.deepEqual(marks.slice(50), valuesOf(small, 'marks', 'assessor', 40_050, 40_100))
})

test('a copied value is null where the key is', () => {
  const config = resolveText(`
tables:
  - {name: a, rows: 9, columns: [{name: id, type: int, constraints: [PK]}, {name: label, type: str}]}
  - name: b
    rows: 400
    columns:
      - {name: a, type: int, nullable: 0.5, rule: {type: reference, table: a, column: id, with: [label]}}
`)
  const labels = valuesOf(config, 'a', 'label')
  const copied = valuesOf(config, 'b', 'label')
  for (const [i, id] of valuesOf(config, 'b', 'a').entries()) {
    assert.equal(copied[i], id === null ? null : labels[(id as number) - 1])
  }
})

test('a reference that is unique takes each parent at most once', () => {
  const text = (rows: number) => `
tables:
  - {name: a, rows: 30, columns: [{name: id, type: int, constraints: [PK]}]}
  - name: b
    rows: ${rows}
    columns: [{name: id, type: int, constraints: [PK, FK]}]
    foreign_keys: [{parent_table: a, parent_column: id, child_column: id}]
`
  assert.equal(new Set(valuesOf(resolveText(text(20)), 'b', 'id')).size, 20)
  const { config } = parseConfig(text(31))
  assert.throws(() => resolveConfig(config, { now: 0 }), /30 different values/)
})
