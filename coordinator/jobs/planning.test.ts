import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnedConfig } from '#engine/models/learned-config.ts'
import { modelDigest } from '#engine/models/model-file.ts'
import { openModels } from '#engine/models/open-models.ts'
import { peopleModel } from '#engine/testing/small-model.ts'
import { createPlanner } from './planning.ts'

test('conditions are tried in the thread, and its refusal names them', async (t) => {
  const file = await peopleModel()
  const [model] = await openModels([file])
  const planner = createPlanner({ readModel: async () => Uint8Array.from(file) })
  t.after(() => planner.close())
  const ref = { cid: 'c', bytes: file.length, sha256: modelDigest(file) }
  const plan = (conditions: object) => {
    const asked = { now: 0, name: 'synthetic', rows: 10, conditions, bounds: undefined, seed: 1 }
    const { resolved } = learnedConfig(model, asked)
    return planner.plan(resolved, { sample: false, conditions: true, model: ref })
  }
  const { plan: made, bytes } = await plan({ plan: 'paid' })
  assert.equal(made.tables[0]?.rows, 10)
  assert.equal(bytes, null)
  await assert.rejects(
    plan({ age: { min: 30.2, max: 30.3 } }),
    (error: { problems?: { path: string }[] }) => {
      assert.equal(error.problems?.[0]?.path, '/conditions')
      return true
    },
  )
})
