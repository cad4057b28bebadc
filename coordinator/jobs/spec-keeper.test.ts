import assert from 'node:assert/strict'
import test from 'node:test'
import { testDatabase } from '#test/support/postgres.ts'
import { createSpecKeeper } from './spec-keeper.ts'

test('a spec is stored before what refers to it, and again after a reference that failed', async (t) => {
  const { database } = await testDatabase(t)
  const keeper = createSpecKeeper(database)
  const spec = { digest: 'd', body: '{"config":{}}' }
  const stored = async () =>
    (await database.query<{ body: string }>('select body from specs')).map(({ body }) => body)
  const failing = keeper.keep(spec, async () => {
    assert.deepEqual(await stored(), [spec.body])
    throw new Error('the job was refused')
  })
  await assert.rejects(failing, /refused/)
  await database.query('delete from specs')
  await keeper.keep(spec, async () => assert.deepEqual(await stored(), [spec.body]))
  await database.query('delete from specs')
  await keeper.keep(spec, async () => assert.deepEqual(await stored(), []))
})
