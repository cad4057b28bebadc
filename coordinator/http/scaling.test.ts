import assert from 'node:assert/strict'
import test from 'node:test'
import { NEW_POOL } from '#coordinator/scaling/pool-state.ts'
import { recordPool } from '#coordinator/scaling/records.ts'
import { restApp } from '#test/support/rest-app.ts'

const FIGURES = {
  ...{
    cpu: 0.9,
    memory: null,
    queue: 7,
    active: 3,
    pending: 0,
    total: 3,
    trainings: 1,
    answers: true,
  },
}

test('administrators read what was decided and on what figures, page by page; others do not', async (t) => {
  const rest = await restApp(t)
  const record = (action: 'add' | 'hold', places = {}) =>
    recordPool(rest.database, {
      pool: 'cpu',
      settings: { min: 3, max: 15, regions: [] },
      state: NEW_POOL,
      figures: FIGURES,
      told: [{ action, reason: `to ${action}`, places, workers: [] }],
    })
  await record('hold')
  await record('add', { 'us-west': 2, 'us-east': 1 })
  const list = (query = '') => rest.call(rest.admin, 'GET', `/api/fleet/decisions${query}`)
  const { status, json } = await list()
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(json as object, {
    ...{ page: 1, page_size: 20, total: 2 },
    decisions: [
      {
        ...{ pool: 'cpu', action: 'add', reason: 'to add', worker_ids: [], figures: FIGURES },
        places: { 'us-west': 2, 'us-east': 1 },
      },
      { action: 'hold' },
    ],
  })
  const [second] = (await list('?page=2&page_size=1')).json['decisions'] as { action: string }[]
  assert.equal(second?.action, 'hold')
  assert.equal((await list('?action=add')).json['total'], 1)
  assert.equal((await list('?pool=gpu')).json['total'], 0)
  assert.match((await list('?action=grow')).text, /add, verified, short/)
  assert.equal((await rest.call(rest.alice, 'GET', '/api/fleet/decisions')).status, 403)
  assert.equal((await rest.call(null, 'GET', '/api/fleet/decisions')).status, 401)

  const { text } = await rest.call(rest.admin, 'GET', '/metrics')
  for (const line of [
    'syndata_scaling_workers{pool="cpu",state="active"} 3',
    'syndata_scaling_limit{pool="cpu",limit="max"} 15',
    'syndata_scaling_load_ratio{pool="cpu",of="cpu"} 0.9',
    'syndata_scaling_queue{pool="cpu"} 7',
    'syndata_scaling_provider_up{pool="cpu"} 1',
    'syndata_scaling_decisions_total{pool="cpu",action="hold"} 1',
    'syndata_scaling_workers_total{pool="cpu",action="add"} 3',
  ])
    assert.ok(text.includes(line), line)
  assert.doesNotMatch(text, /load_ratio\{pool="cpu",of="memory"\}/)
})
