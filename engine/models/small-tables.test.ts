import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { type AutoOptions, trainAuto } from './auto/auto.ts'
import { openModel } from './model.ts'
import { ALGORITHMS, type Algorithm } from './model-file.ts'
import { restore } from './prepare.ts'
import { trainModel } from './train.ts'

const field = (name: string, type: Field['type']): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null }
}

const number = (name: string, values: (number | null)[]): Column => {
  const list = Float64Array.from(values, (value) => value ?? Number.NaN)
  return { kind: 'number', field: field(name, 'integer'), values: list }
}

const category = (name: string, codes: number[]): Column => {
  const levels = ['x', 'y']
  return { kind: 'category', field: field(name, 'category'), codes: Int32Array.from(codes), levels }
}

const repeated = <T>(count: number, made: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => made(i))

/** Tables by what is special about them. */
const TABLES: Record<string, Column[]> = {
  'no column': [],
  'no row': [number('n', []), category('c', [])],
  'one row': [number('n', [1]), category('c', [0])],
  'two rows': [number('n', [1, 2]), category('c', [0, 1])],
  'two rows, one of nulls': [number('n', [1, null]), category('c', [0, -1])],
  'one number': [
    number(
      'n',
      repeated(40, (i) => i),
    ),
  ],
  'one category': [
    category(
      'c',
      repeated(40, (i) => i % 2),
    ),
  ],
  constants: [number('n', [7, 7, 7, 7]), category('c', [0, 0, 0, 0])],
  'nulls alone': [number('n', [null, null, null]), category('c', [-1, -1, -1])],
  'a constant or null': [
    number(
      'n',
      repeated(60, (i) => (i % 2 === 0 ? 5 : null)),
    ),
  ],
  'names that every object knows': [
    category(
      'constructor',
      repeated(80, (i) => i % 2),
    ),
    number(
      '__proto__',
      repeated(80, (i) => i % 9),
    ),
    number(
      'toString',
      repeated(80, (i) => i),
    ),
  ],
  'equal columns': [
    number(
      'n',
      repeated(80, (i) => i),
    ),
    number(
      'm',
      repeated(80, (i) => i),
    ),
  ],
}

function valuesOf(column: Column): (number | string | null)[] {
  if (column.kind !== 'category')
    return Array.from<number | string | null>(column.values).map((value) =>
      Number.isNaN(value) ? null : value,
    )
  return Array.from(column.codes, (code) => column.levels[code] ?? null)
}

/** Every value that is drawn is one that the table has, or lies between two of them. */
function assertLike(table: Table, drawn: Column): void {
  const real = table.columns.find(({ field: { name } }) => name === drawn.field.name) as Column
  const known = new Set(valuesOf(real))
  const numbers = [...known].filter((value) => typeof value === 'number')
  for (const value of valuesOf(drawn))
    if (typeof value === 'number')
      assert.ok(value >= Math.min(...numbers) && value <= Math.max(...numbers), String(value))
    else assert.ok(known.size === 0 || known.has(value), String(value))
}

async function check(file: Uint8Array, table: Table): Promise<void> {
  const model = openModel(file)
  const sampler = await model.createSampler({ seed: 1 })
  const columns = restore(model.columns, await sampler.sample({ from: 0, to: 50 }, {}), 50)
  await sampler.release()
  const made = model.columns.filter(({ kind }) => kind === 'generated')
  assert.equal(columns.length + made.length, table.columns.length)
  assert.ok(made.every(({ field: { type } }) => type === 'category' && table.rows <= 2))
  for (const column of columns) assertLike(table, column)
}

const TINY_NETWORKS = { generator_dim: [8], discriminator_dim: [8] }
const TINY_LAYERS = { compress_dims: [8], decompress_dims: [8] }
const signal = new AbortController().signal
const ruleFor = () => ({ type: 'word' })
const tableOf = (columns: Column[]): Table => {
  const [first] = columns
  const rows = first === undefined ? 5 : valuesOf(first).length
  return { name: 'small', rows, columns }
}

for (const algorithm of ALGORITHMS)
  test(`${algorithm} learns and samples the smallest and poorest tables`, async () => {
    for (const columns of Object.values(TABLES)) {
      const table = tableOf(columns)
      const options = optionsOf(algorithm)
      const file = await trainModel(table, { algorithm, seed: 1, options, ruleFor }, { signal })
      await check(file, table)
    }
  })

test('conditions are of columns, whatever those are called', async () => {
  const table = tableOf(TABLES['names that every object knows'] as Column[])
  for (const algorithm of ALGORITHMS) {
    const options = optionsOf(algorithm)
    const file = await trainModel(table, { algorithm, seed: 1, options, ruleFor }, { signal })
    const model = openModel(file)
    const ranges = Object.fromEntries([['__proto__', { min: 2, max: 4 }]])
    const conditions = { levels: { constructor: [1] }, ranges }
    const sampler = await model.createSampler({ seed: 1, conditions })
    const [codes, values] = await sampler.sample({ from: 0, to: 40 }, {})
    await sampler.release()
    assert.deepEqual(new Set(codes), new Set([1]), algorithm)
    assert.ok(
      values?.every((value) => value >= 2 && value <= 4),
      `${algorithm}: ${[...(values ?? [])].join(' ')}`,
    )
  }
})

test('so does the search for the best', async () => {
  for (const columns of [TABLES['no column'], TABLES['two rows'], TABLES['constants']]) {
    const table = tableOf(columns as Column[])
    const options: AutoOptions['options'] = { epochs: 1, algorithms: ['argn'] }
    await check(await trainAuto(table, { seed: 1, options, ruleFor }, { signal }), table)
  }
})

/** What makes them quick; how well they learn is not asked here. */
function optionsOf(algorithm: Algorithm): Record<string, unknown> {
  switch (algorithm) {
    case 'gaussian_copula':
      return {}
    case 'tvae':
      return { ...{ epochs: 1, batch_size: 20, embedding_dim: 4 }, ...TINY_LAYERS }
    case 'ctgan':
      return { ...{ epochs: 1, batch_size: 20, embedding_dim: 4 }, ...TINY_NETWORKS }
    case 'argn':
      return { epochs: 1 }
  }
}
