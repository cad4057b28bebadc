import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type JobPlan, leaseChunksOf, leasesOf, summaryOf } from './job-plan.ts'

const planOf = (chunks: number[], leaseChunks: number): JobPlan => ({
  jobId: 'j',
  tenant: 't',
  name: 'n',
  format: 'csv',
  regions: [],
  priorityKey: 3,
  totalRows: 0,
  leaseChunks,
  tables: chunks.map((n, i) => ({
    name: `t${i}`,
    rows: n * 10 - 3,
    chunks: n,
    chunkRows: 10,
    done: false,
  })),
  publishers: [],
  arweave: false,
})

test('leases cover every chunk of every table once, in order', () => {
  const chunkCounts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(chunkCounts, fc.integer({ min: 1, max: 50 }), (chunks, size) => {
      const seen = leasesOf(planOf(chunks, size)).flatMap(({ tableNo, from, to }) =>
        Array.from({ length: to - from }, (_, i) => `${tableNo}/${from + i}`),
      )
      const expected = chunks.flatMap((n, t) => Array.from({ length: n }, (_, i) => `${t}/${i}`))
      assert.deepEqual(seen, expected)
    }),
  )
})

test('a table that is done has no leases', () => {
  const plan = planOf([2, 2], 1)
  plan.tables = plan.tables.map((table, i) => ({ ...table, done: i === 0 }))
  assert.deepEqual(
    leasesOf(plan).map(({ tableNo }) => tableNo),
    [1, 1],
  )
})

test('a lease is named by its rows', () => {
  assert.equal(summaryOf(planOf([5], 2), { tableNo: 0, from: 2, to: 4 }), 't0 rows 20-39')
  assert.equal(summaryOf(planOf([5], 2), { tableNo: 0, from: 4, to: 5 }), 't0 rows 40-46')
})

const limits = {
  leaseSeconds: 1,
  leaseSecondsMin: 0.1,
  leasesPerSlot: 4,
  leasesPerSlotMin: 2,
  leasesMax: 4_000,
}

test('a lease is a second of work, less for small jobs, more above the limit of leases', () => {
  const size = (chunks: number, slots: number, rowsPerSecond: number) =>
    leaseChunksOf({ chunksByTable: [chunks], chunkRows: 10_000, slots, rowsPerSecond, limits })
  assert.equal(size(10_000, 4, 1_000_000), 100)
  assert.equal(size(400, 4, 1_000_000), 25)
  assert.equal(size(100, 4, 1_000_000), 10)
  assert.equal(size(40, 4, 1_000_000), 5)
  assert.equal(size(100, 4, 100_000), 6)
  assert.equal(size(1, 4, 1_000_000), 1)
  assert.equal(size(1_000, 4, 10), 1)
  assert.ok(Math.ceil(100_000 / size(100_000, 4, 10)) <= limits.leasesMax)
})

test('no job has more leases than allowed', () => {
  const chunkCounts = fc.array(fc.integer({ min: 1, max: 200_000 }), {
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(chunkCounts, fc.integer({ min: 0, max: 500 }), (chunksByTable, slots) => {
      const leaseChunks = leaseChunksOf({
        chunksByTable,
        chunkRows: 10_000,
        slots,
        rowsPerSecond: 5_000,
        limits,
      })
      const leases = chunksByTable.reduce((sum, n) => sum + Math.ceil(n / leaseChunks), 0)
      assert.ok(leases <= limits.leasesMax)
    }),
  )
})
