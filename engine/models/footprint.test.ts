import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeOf } from '#engine/tensor/graph.ts'
import { STATE_BYTES_MAX } from '#engine/tensor/trainer.ts'
import { createNetwork, networkParameters } from './argn/network.ts'
import { type ColumnSize, footprintOf } from './footprint.ts'
import { WIDTH_MOST } from './modes/layout.ts'

const number: ColumnSize = { type: 'decimal', semantic: null, nulls: 0, distinct: 5_000 }
const category: ColumnSize = { type: 'category', semantic: null, nulls: 0, distinct: 40 }
const times = (count: number, column: ColumnSize): ColumnSize[] => Array(count).fill(column)

test('a network as it is likely to be has the bytes that the network has', () => {
  const columns = [...times(5, number), ...times(3, category)]
  const { stateBytes } = footprintOf('argn', { capacity: 2 }, { columns, rows: 30_000 })
  const network = createNetwork([128, 128, 128, 128, 128, 40, 40, 40], 2)
  const parameters = networkParameters(network, { frequencies: [], places: [] })
  const bytes = parameters.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
  assert.equal(stateBytes.likely, 3 * bytes)
  assert.ok(stateBytes.least < stateBytes.likely)
})

test('what is made by rules or constant takes no network, few rows have few values', () => {
  const rest: ColumnSize[] = [
    { ...category, type: 'text' },
    { ...category, type: 'id' },
    { ...number, distinct: 1 },
    { ...category, semantic: 'email' },
  ]
  const size = (columns: ColumnSize[], rows = 30_000) =>
    footprintOf('tvae', {}, { columns, rows }).width
  assert.deepEqual(size([category, ...rest]), size([category]))
  assert.deepEqual(size([category], 24), { least: 2, likely: 3 })
  assert.deepEqual(size([{ ...number, distinct: 1, nulls: 3 }]), { least: 2, likely: 6 })
})

test('tables and layers that cannot be learned exceed the limits, usual ones are far from them', () => {
  const rows = 1_000_000
  const usual = [...times(20, number), ...times(20, category)]
  for (const algorithm of ['argn', 'ctgan', 'tvae', 'gaussian_copula'] as const) {
    const { stateBytes, width, tableBytes } = footprintOf(algorithm, {}, { columns: usual, rows })
    assert.ok(stateBytes.likely < STATE_BYTES_MAX / 4, algorithm)
    assert.ok(width.likely < WIDTH_MOST / 4, algorithm)
    assert.equal(tableBytes, rows * 20 * (40 + 24))
  }
  const wide = { columns: times(2_000, number), rows }
  assert.ok(footprintOf('argn', {}, wide).stateBytes.least > STATE_BYTES_MAX)
  assert.ok(footprintOf('ctgan', {}, wide).width.least > WIDTH_MOST)
  assert.equal(footprintOf('gaussian_copula', {}, wide).stateBytes.least, 0)
  const layers = { compress_dims: [4096, 4096, 4096], decompress_dims: [4096, 4096, 4096] }
  assert.ok(
    footprintOf('tvae', layers, { columns: usual, rows }).stateBytes.least > STATE_BYTES_MAX,
  )
  const critic = { discriminator_dim: [4096, 4096, 4096] }
  assert.ok(
    footprintOf('ctgan', critic, { columns: usual, rows }).stateBytes.least > STATE_BYTES_MAX,
  )
})
