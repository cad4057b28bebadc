import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { prepare, restore } from './prepare.ts'

const field = (name: string, type: Field['type'], parts: Partial<Field> = {}): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null, ...parts }
}

const ruleFor = ({ field: { semantic } }: Column) => ({ type: semantic ?? 'word' })

function tableOf(columns: Column[], rows: number): Table {
  return { name: 'people', rows, columns }
}

const category = (name: string, values: (string | null)[], parts: Partial<Field> = {}): Column => {
  const levels = [...new Set(values.filter((value) => value !== null))]
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value)))
  return { kind: 'category', field: field(name, 'category', parts), codes, levels }
}

const number = (name: string, values: number[]): Column => {
  return { kind: 'number', field: field(name, 'integer'), values: Float64Array.from(values) }
}

test('ids, text and personal values are made by rules, with as many nulls', () => {
  const id: Column = {
    kind: 'text',
    field: field('id', 'id'),
    values: Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? null : `secret ${i}`)),
  }
  const email = category(
    'email',
    Array.from({ length: 100 }, (_, i) => `secret${i % 2}@x.org`),
    {
      semantic: 'email',
    },
  )
  const prepared = prepare(tableOf([id, email], 100), { seed: 1, ruleFor })
  assert.deepEqual(
    prepared.columns.map(({ kind, ...rest }) => [kind, 'nullRate' in rest ? rest.nullRate : null]),
    [
      ['generated', 0.25],
      ['generated', 0],
    ],
  )
  assert.deepEqual(prepared.targets, [])
  assert.ok(!JSON.stringify(prepared).includes('secret'))
})

test('rare levels are replaced by kept ones, null is a level of its own', () => {
  const values = Array.from({ length: 1000 }, (_, i) =>
    i < 4 ? 'rare' : i % 10 === 0 ? null : i % 2 === 0 ? 'even' : 'odd',
  )
  const prepared = prepare(tableOf([category('c', values)], 1000), { seed: 1, ruleFor })
  const [column] = prepared.columns
  assert.ok(column?.kind === 'category')
  assert.deepEqual(new Set(column.levels), new Set(['even', 'odd', null]))
  assert.ok(!JSON.stringify(prepared).includes('rare'))
  const [back] = restore(
    prepared.columns,
    [(prepared.targets[0] as { codes: Int32Array }).codes],
    1000,
  )
  assert.ok(back?.kind === 'category')
  for (const [i, value] of values.entries()) {
    const found: string | null | undefined =
      back.codes[i] === -1 ? null : back.levels[back.codes[i] as number]
    if (value === 'rare') assert.ok(found === 'even' || found === 'odd')
    else assert.equal(found, value)
  }
})

test('a category of mostly rare levels is made by a rule', () => {
  const values = Array.from({ length: 1000 }, (_, i) => `level ${i % 400}`)
  const prepared = prepare(tableOf([category('c', values)], 1000), { seed: 1, ruleFor })
  assert.equal(prepared.columns[0]?.kind, 'generated')
})

test('numbers that fewer than five rows reach are drawn anew, and in order', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => i)
  const prepared = prepare(tableOf([number('n', values)], 10_000), { seed: 1, ruleFor })
  const [target] = prepared.targets
  assert.ok(target?.kind === 'numeric')
  assert.deepEqual(target.values.slice(7, 9993), Float64Array.from(values.slice(7, 9993)))
  assert.deepEqual(target.values, target.values.slice().sort())
  assert.deepEqual([target.min, target.max], [target.values[0], target.values[9999]])
  assert.ok(target.min >= 0 && target.max <= 9999)
})

test('numbers far from all others leave nothing but a tail', () => {
  const values = Array.from({ length: 3000 }, (_, i) => (i < 3 ? 10 ** 9 + i : (i % 1000) ** 2))
  const prepared = prepare(tableOf([number('n', values)], 3000), { seed: 1, ruleFor })
  const [target] = prepared.targets
  assert.ok(target?.kind === 'numeric')
  assert.ok(target.max >= 998_001 && target.max < 3_000_000, String(target.max))
})

test('columns of one value, or of nulls alone, are constants', () => {
  const nothing: Column = { kind: 'text', field: field('none', 'text'), values: [null, null, null] }
  const columns = [nothing, number('n', [7, 7, 7]), category('c', ['x', 'x', 'x'])]
  const prepared = prepare(tableOf(columns, 3), { seed: 1, ruleFor })
  assert.deepEqual(
    prepared.columns.map((column) => (column.kind === 'constant' ? column.value : column)),
    [null, 7, 'x'],
  )
  assert.equal(restore(prepared.columns, [], 2).length, 3)
})

test('small tables give up no more than a twentieth of their numbers at either end', () => {
  const targetOf = (rows: number, seed: number) => {
    const values = Array.from({ length: rows }, (_, i) => i)
    const [target] = prepare(tableOf([number('n', values)], rows), { seed, ruleFor }).targets
    assert.ok(target?.kind === 'numeric')
    return target
  }
  assert.deepEqual([targetOf(19, 1).min, targetOf(19, 1).max], [0, 18])
  const drawn = Array.from({ length: 20 }, (_, seed) => targetOf(20, seed))
  for (const { values } of drawn)
    assert.deepEqual([...values.slice(1, 19)], [...Array(20).keys()].slice(1, 19))
  assert.ok(drawn.some(({ max }) => max < 19) && drawn.some(({ min }) => min > 0))
})

test('what a single row has is no level of the smallest table, and what tells somebody needs five rows', () => {
  const levelsOf = (values: string[]) => {
    const prepared = prepare(tableOf([category('c', values)], values.length), { seed: 1, ruleFor })
    const [column] = prepared.columns
    return column?.kind === 'category' ? new Set(column.levels) : column?.kind
  }
  const times = (count: number, ...names: string[]) =>
    names.flatMap((name) => Array.from({ length: count }, () => name))
  assert.deepEqual(levelsOf([...times(9, 'red', 'blue'), 'mauve']), new Set(['red', 'blue']))
  assert.deepEqual(levelsOf([...times(3, 'red', 'blue'), 'mauve']), new Set(['red', 'blue']))
  assert.equal(levelsOf(['red', 'blue', 'mauve']), 'generated')
  for (const personal of ['Jennifer Miller', 'Jennifer', 'jm@mail.example', '+49 30 123 456 78'])
    assert.deepEqual(
      levelsOf([...times(9, 'red', 'blue'), ...times(4, personal)]),
      new Set(['red', 'blue']),
      personal,
    )
  assert.deepEqual(
    levelsOf([...times(9, 'red', 'blue'), ...times(4, 'mauve')]),
    new Set(['red', 'blue', 'mauve']),
  )
  assert.deepEqual(
    levelsOf([...times(9, 'red', 'blue'), ...times(7, 'Jennifer')]),
    new Set(['red', 'blue', 'Jennifer']),
  )
})
