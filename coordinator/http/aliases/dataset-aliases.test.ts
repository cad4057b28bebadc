// Datasets by the names of an earlier interface.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMeasurer, untilMeasured } from '#test/support/measurer.ts'
import { restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'

const ROWS = Array.from(
  { length: 60 },
  (_, i) => `p${i % 2},${20 + (i % 9)},2024-01-${10 + (i % 9)}`,
)
const CSV = ['plan,age,at', ...ROWS].join('\n')

test('GET /api/datasets/:id/stats has the distributions', async (t) => {
  const rest = await restApp(t)
  const id = await uploadTable(rest, rest.alice, CSV)
  const url = `/api/datasets/${id}/stats`
  assert.equal((await rest.call(rest.bob, 'GET', url)).status, 404)
  const waiting = await rest.call(rest.alice, 'GET', url)
  assert.deepEqual([waiting.status, waiting.json['status']], [202, 'PENDING'])
  startMeasurer(t, rest)
  const { status, json } = await untilMeasured(rest, rest.alice, url)
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(json, { datasetId: id, status: 'COMPLETED', rowCount: 60 })
  const [plan, age, at] = json['columns'] as Record<string, unknown>[]
  assert.partialDeepStrictEqual(plan, { name: 'plan', count: 60, nullCount: 0, distinctCount: 2 })
  assert.deepEqual(plan?.['topValues'], [
    { value: 'p0', count: 30 },
    { value: 'p1', count: 30 },
  ])
  assert.partialDeepStrictEqual(age, { name: 'age', min: 20, max: 28 })
  assert.partialDeepStrictEqual(at, { min: '2024-01-10', median: '2024-01-14', max: '2024-01-18' })
  const histogram = age?.['histogram'] as { edges: number[]; shares: number[] } | undefined
  assert.equal(histogram?.edges.length, (histogram?.shares.length ?? 0) + 1)
})
