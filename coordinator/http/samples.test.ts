// Jobs whose configs name datasets as samples.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Principal } from '#coordinator/identity/principals.ts'
import { samplesFor } from '#coordinator/jobs/samples.ts'
import { startMeasurer } from '#test/support/measurer.ts'
import { restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'

const PEOPLE = [
  'id,email,age,city',
  ...Array.from(
    { length: 200 },
    (_, i) => `${7 * i},person${i}@secret.example,${20 + (i % 31)},${i % 3 ? 'Bonn' : 'Köln'}`,
  ),
].join('\n')

async function withPeople(t: TestContext) {
  const rest = await restApp(t)
  const id = await uploadTable(rest, rest.alice, PEOPLE, 'people.csv')
  const config = `
samples: {clients: ${id}}
tables:
  - name: clients
    rows: 50
    columns: [{name: email, type: str}, {name: age, type: int}, {name: city, type: str}]
`
  return { rest, id, config }
}

test('a job has rows like the dataset that its config names, and keeps the rules alone', async (t) => {
  const { rest, id, config } = await withPeople(t)
  startMeasurer(t, rest)
  const made = await rest.call(rest.alice, 'POST', '/api/jobs', { body: { config } })
  assert.equal(made.status, 202, made.text)
  const [spec] = await rest.database.query<{ body: string }>('select body from specs')
  assert.match(spec?.body ?? '', /Bonn/)
  assert.doesNotMatch(spec?.body ?? '', new RegExp(`samples|secret|${id}`))
})

test('a sample of others is not found, and one whose profile is made is a conflict', async (t) => {
  const { rest, id, config } = await withPeople(t)
  const { status } = await rest.call(rest.bob, 'POST', '/api/jobs', { body: { config } })
  assert.equal(status, 404)
  const alice: Principal = {
    ...{ userId: rest.alice.userId, email: 'alice@syndata.test', userRole: 'user' },
    ...{ scopes: new Set(['jobs:write']), keyId: 'key_1' },
  }
  await assert.rejects(samplesFor(rest.database, alice, { config }, { waitMs: 0 }), {
    code: 'conflict',
    message: new RegExp(`${id} is being made`),
  })
})
