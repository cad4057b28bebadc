import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredModel } from './model-json.ts'
import { trainingEpochs, trainingEta, trainingPercentage } from './training-figures.ts'

const MODEL: StoredModel = {
  ...{ id: 'mdl_1', project_id: 'prj_1', name: 'm', dataset_id: null, job_id: 'job_1' },
  ...{ algorithm: 'auto', options: {}, file_bytes: null, file_sha256: null, file_cid: null },
  ...{ file_algorithm: null, preview: null, progress: {}, trained_on: null },
  ...{ created_at: '2026-01-01T00:00:00Z', latest: null, best_score: null },
}

const searching = (algorithm: string, step: number, tried: string[], options = {}): StoredModel => {
  const candidates = tried.map((name) => ({ algorithm: name, score: name === 'tvae' ? null : 0.5 }))
  const report = { algorithm, candidates, step, steps: 10, eta_seconds: 10 - step }
  return { ...MODEL, options, progress: { ...report, epoch: step, epochs: 10 } }
}

test('the percentage of a search never falls, and is 100 with the file alone', () => {
  const told = [
    MODEL,
    searching('argn', 0, ['gaussian_copula']),
    searching('argn', 10, ['gaussian_copula']),
    searching('argn', 10, ['gaussian_copula', 'argn']),
    searching('tvae', 5, ['gaussian_copula', 'argn']),
    searching('ctgan', 2, ['gaussian_copula', 'argn', 'tvae']),
    searching('ctgan', 10, ['gaussian_copula', 'argn', 'tvae', 'ctgan']),
    searching('gaussian_copula', 10, ['gaussian_copula', 'argn', 'tvae', 'ctgan']),
  ].map((model) => trainingPercentage(model, 'training'))
  assert.deepEqual(told, [0, 0, 33.3, 33.3, 50, 73.3, 99.9, 99.9])
  assert.equal(trainingPercentage(MODEL, 'completed'), 100)
  const only = searching('ctgan', 5, ['gaussian_copula'], { algorithms: ['ctgan'] })
  assert.equal(trainingPercentage(only, 'generating'), 50)
  const single = { ...searching('argn', 5, []), algorithm: 'argn' as const }
  assert.equal(trainingPercentage(single, 'training'), 50)
})

test('the time left counts the algorithms to come, and no more than the budget', () => {
  assert.equal(trainingEta(searching('argn', 5, ['gaussian_copula']), 'training'), 25)
  assert.equal(trainingEta(searching('ctgan', 5, ['argn', 'tvae']), 'generating'), 5)
  const budget = searching('argn', 5, [], { time_budget_seconds: 12 })
  assert.equal(trainingEta(budget, 'training'), 12)
  assert.equal(trainingEta(searching('argn', 5, []), 'paused'), null)
  assert.equal(trainingEta(MODEL, 'training'), null)
})

test('epochs of a search that is over are those of the algorithm that was kept', () => {
  const over = searching('argn', 10, ['argn', 'tvae', 'ctgan'])
  const latest = { algorithm: 'argn', epoch: 4, losses: { loss: 1 }, score: 2 }
  assert.deepEqual(trainingEpochs({ ...over, latest }, 'completed'), { epoch: 4, epochs: 10 })
  assert.deepEqual(trainingEpochs(over, 'completed'), { epoch: 0, epochs: 0 })
  assert.deepEqual(trainingEpochs(searching('tvae', 3, []), 'training'), { epoch: 3, epochs: 10 })
})
