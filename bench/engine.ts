// How fast one core makes and writes rows, against faker-js, DuckDB and, where Python has them, Faker and Mimesis on the
// same table in the same call.

import { closeSync, openSync, writeSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { faker } from '@faker-js/faker'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { OutputFormat, ResolvedConfig } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { firstChunkRows } from './first-chunk.ts'
import { ratePython } from './peers/python.ts'
import { besides, measured, type Row } from './row.ts'
import { tenConfig } from './tables/ten.ts'

const OURS_ROWS = 1_000_000
const DUCKDB_ROWS = 500_000
const FAKER_ROWS = 20_000
const RUNS = 5
const OUTPUT_BYTES = 64 * 2 ** 20
const STATUSES = ['active', 'inactive', 'pending', 'suspended']

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Rows a second of processor time: other processes on the machine do not count against it. */
async function rate(rows: number, make: () => void | Promise<void>): Promise<number> {
  await make()
  const rates: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const start = process.cpuUsage()
    await make()
    const { user, system } = process.cpuUsage(start)
    rates.push(rows / ((user + system) / 1e6))
  }
  return median(rates)
}

function toNull(write: (sink: number) => void): void {
  const sink = openSync('/dev/null', 'w')
  try {
    write(sink)
  } finally {
    closeSync(sink)
  }
}

async function ours(config: ResolvedConfig): Promise<number> {
  const table = compile(config, planConfig(config)).table('people')
  const out = new Output(OUTPUT_BYTES)
  return rate(OURS_ROWS, () =>
    toNull((sink) => {
      for (let chunk = 0; chunk < table.chunks; chunk++) {
        out.reset()
        writeChunk(table, chunk, out)
        writeSync(sink, out.bytes())
      }
    }),
  )
}

const ten = (format: OutputFormat): ResolvedConfig => tenConfig(OURS_ROWS, format)

const SQL = { dialect: 'postgresql', rows_per_insert: 1000 } as const

/** Every way of writing the table that has no peer here. */
const FORMATS: [string, ResolvedConfig][] = [
  ['CSV', ten('csv')],
  ['JSON lines', ten('jsonl')],
  ['a JSON array', ten('json')],
  ['SQL, INSERT', { ...ten('sql'), output: { format: 'sql', sql: { ...SQL, mode: 'insert' } } }],
  ['SQL, COPY', { ...ten('sql'), output: { format: 'sql', sql: { ...SQL, mode: 'copy' } } }],
  [
    'CSV, zstd',
    { ...ten('csv'), output: { format: 'csv', compression: 'zstd', block_rows: 10_000 } },
  ],
  [
    'CSV, gzip',
    { ...ten('csv'), output: { format: 'csv', compression: 'gzip', block_rows: 10_000 } },
  ],
  ['Parquet, zstd', ten('parquet')],
  ['Parquet, snappy', withSnappy(ten('parquet'))],
  ['Parquet, zstd, with nulls', withNulls(ten('parquet'))],
  ['Arrow IPC', ten('arrow')],
]

/** Rows a second when the bytes are only copied from one buffer to another: what no writer can beat. */
function copying(config: ResolvedConfig): Promise<number> {
  const table = compile(config, planConfig(config)).table('people')
  const out = new Output(OUTPUT_BYTES)
  writeChunk(table, 1, out)
  const bytes = out.bytes()
  const target = new Uint8Array(bytes.length)
  return rate(OURS_ROWS, () => {
    for (let chunk = 0; chunk < table.chunks; chunk++) target.set(bytes)
  })
}

function withSnappy(config: ResolvedConfig): ResolvedConfig {
  return { ...config, output: { ...config.output, parquet: { compression: 'snappy' } } }
}

/** Five values of a hundred are null in every column but the key. */
function withNulls(config: ResolvedConfig): ResolvedConfig {
  const tables = config.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.primary_key ? column : { ...column, nullable: { rate: 0.05 } },
    ),
  }))
  return { ...config, tables }
}

function fakerLine(id: number): string {
  const first = faker.person.firstName()
  const last = faker.person.lastName()
  const born = faker.date.between({ from: '1950-01-01', to: '2005-12-31' })
  return [
    id,
    faker.string.uuid(),
    first,
    last,
    faker.internet.email({ firstName: first, lastName: last }),
    faker.location.city(),
    born.toISOString().slice(0, 10),
    faker.commerce.price({ min: 1, max: 1000 }),
    faker.helpers.arrayElement(STATUSES),
    faker.datatype.boolean(),
  ].join(',')
}

async function fakers(): Promise<number> {
  return rate(FAKER_ROWS, () =>
    toNull((sink) => {
      for (let from = 0; from < FAKER_ROWS; from += 1000) {
        const lines = Array.from({ length: 1000 }, (_, k) => fakerLine(from + k))
        writeSync(sink, `${lines.join('\n')}\n`)
      }
    }),
  )
}

const names = (values: readonly string[]): string =>
  `[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}]`

function duckdbQuery(format: string): string {
  const pick = (list: string, count: number) =>
    `${list}[1 + cast(floor(random() * ${count}) as int)]`
  const first = faker.definitions.person.first_name.generic ?? []
  const last = faker.definitions.person.last_name.generic ?? []
  const cities = Array.from({ length: 500 }, () => faker.location.city())
  return `copy (
    select i as id, uuid() as token, f as first_name, l as last_name,
      lower(f) || '.' || lower(l) || cast(floor(random() * 100) as int) || '@example.com' as email,
      ${pick('c.cities', cities.length)} as city,
      date '1950-01-01' + cast(floor(random() * 20454) as int) as born_on,
      cast(1 + random() * 999 as decimal(18, 2)) as price,
      case when s < 0.7 then 'active' when s < 0.85 then 'inactive' when s < 0.95 then 'pending'
        else 'suspended' end as status,
      random() < 0.5 as subscribed
    from (
      select i, random() as s, ${pick('w.first', first.length)} as f, ${pick('w.last', last.length)} as l
      from range(${DUCKDB_ROWS}) r(i), (select ${names(first)} as first, ${names(last)} as last) w
    ), (select ${names(cities)} as cities) c
  ) to '/dev/null' (${format})`
}

/** One thread, with what COPY takes as options. */
async function duckdb(format: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const query = duckdbQuery(format)
    return await rate(DUCKDB_ROWS, async () => {
      await connection.run(query)
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function pythonRates(): Promise<{ peer: string; rate: number }[]> {
  const size = { rows: FAKER_ROWS, times: RUNS }
  const [faker, mimesis] = [await ratePython('faker', size), await ratePython('mimesis', size)]
  return [
    ...(faker ? [{ peer: 'Python Faker', rate: median(faker) }] : []),
    ...(mimesis ? [{ peer: 'Mimesis', rate: median(mimesis) }] : []),
  ]
}

/** Rows a second on one core, sink /dev/null, median of five runs by processor time; and what a first chunk costs. */
export async function engineBench(): Promise<Row[]> {
  const row = measured('engine')
  const rates = new Map<string, number>()
  const written: Row[] = []
  for (const [name, config] of FORMATS) {
    const value = await ours(config)
    rates.set(name, value)
    const subject = row(`ten columns to ${name}`, value, 'rows/s')
    written.push(besides(subject, 'copying the bytes', await copying(config)))
  }
  const toCsv = row('ten columns to CSV', rates.get('CSV') ?? Number.NaN, 'rows/s')
  const toParquet = row(
    'ten columns to Parquet, zstd',
    rates.get('Parquet, zstd') ?? Number.NaN,
    'rows/s',
  )
  const duckdbParquet = await duckdb('format parquet, compression zstd')
  return [
    besides(toCsv, 'faker-js', await fakers()),
    besides(toCsv, 'DuckDB COPY, 1 thread', await duckdb('format csv, header')),
    ...(await pythonRates()).map(({ peer, rate }) => besides(toCsv, peer, rate)),
    besides(toParquet, 'DuckDB COPY, 1 thread', duckdbParquet),
    ...written,
    ...(await firstChunkRows()),
  ]
}
