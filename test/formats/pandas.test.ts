// Files of four formats are read by pandas, as its users read them, and every value is compared.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ResolvedConfig, ResolvedOutput, Scalar } from '#engine/config/types.ts'
import { bytesOfFile, valuesOf } from '#engine/testing/bytes.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { findPython } from '#test/support/python.ts'

const MODULES = 'pandas, pyarrow'
const ROWS = 600
const NULL = '<null>'
const NAMES = ['plain', 'say "x", y', '日本']

/** pandas does not know a quoted null from one that is not, so nulls have a word of their own in CSV. */
const CSV = { delimiter: ';', quote: '"', header: true, null: NULL, line_ending: 'lf' } as const

const READ = `
import json, sys, datetime, decimal, uuid
import pandas as pd
path, types = sys.argv[1], json.loads(sys.argv[2])
CSV_TYPES = {'int': 'Int64', 'float': 'Float64', 'decimal': 'Float64', 'bool': 'boolean'}
def csv():
    return pd.read_csv(path, sep=';', keep_default_na=False, na_values=['${NULL}'], float_precision='round_trip',
        dtype={name: CSV_TYPES.get(type, 'str') for name, type in types.items()})
def jsonl():
    return pd.read_json(path, lines=True, dtype=False, convert_dates=False, precise_float=True)
frame = {'csv': csv, 'jsonl': jsonl, 'parquet': lambda: pd.read_parquet(path),
    'arrow': lambda: pd.read_feather(path)}[sys.argv[3]]()
def plain(value, type):
    if pd.isna(value): return None
    if type == 'int': return int(value)
    if type in ('float', 'decimal'): return float(value)
    if type == 'bool': return bool(value)
    if type == 'uuid' and isinstance(value, bytes): return str(uuid.UUID(bytes=value))
    if isinstance(value, datetime.datetime): return value.strftime('%Y-%m-%dT%H:%M:%SZ')
    if isinstance(value, (datetime.date, datetime.time)): return value.isoformat()
    return str(value)
print(json.dumps({name: [plain(value, type) for value in frame[name]] for name, type in types.items()}))
`

const OUTPUTS: ResolvedOutput[] = [
  { format: 'csv', csv: CSV },
  { format: 'jsonl' },
  ...(['zstd', 'snappy', 'gzip', 'none'] as const).map(
    (compression): ResolvedOutput => ({
      ...{ format: 'parquet', block_rows: 200 },
      parquet: { compression },
    }),
  ),
  { format: 'arrow', block_rows: 200 },
  { format: 'arrow', block_rows: 200, arrow: { container: 'file', compression: 'zstd' } },
]

type Columns = Record<string, Scalar[]>

function readByPandas(python: string, path: string, config: ResolvedConfig): Columns {
  const columns = config.tables[0]?.columns ?? []
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
  const args = ['-c', READ, path, JSON.stringify(types), config.output.format]
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8' }
  const { status, stdout, stderr } = spawnSync(python, args, {
    ...{ encoding: 'utf8', maxBuffer: 2 ** 28, env },
  })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as Columns
}

test('pandas reads every value of CSV, JSON lines, Parquet and Arrow', async (t) => {
  const python = findPython(MODULES)
  if (python === null) return t.skip(`no Python here has ${MODULES}`)
  const folder = await mkdtemp(join(tmpdir(), 'syndata-pandas-'))
  t.after(() => rm(folder, { recursive: true }))
  const texts = HOSTILE_TEXTS.filter((text) => text.isWellFormed())
  for (const [k, output] of OUTPUTS.entries()) {
    const config = everyType(NAMES, texts, { rows: ROWS, output, chunkRows: 200 })
    const [table] = config.tables
    assert.ok(table)
    const path = join(folder, `${k}.${output.format}`)
    await writeFile(path, await bytesOfFile(config, table.name))
    const found = readByPandas(python, path, config)
    for (const { name } of table.columns) {
      const expected = valuesOf(config, table.name, name)
      assert.deepEqual(found[name], expected, `${JSON.stringify(output)}: ${name}`)
    }
  }
})
