// Profiles of datasets over REST: made once, in the background, and without what is personal.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import {
  claimNext,
  fail,
  keepCheckpoint,
  renewClaim,
  requireHope,
} from '#coordinator/measurements/claims.ts'
import { rootsOf } from '#coordinator/parts/sweeper.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { startMeasurer, untilMeasured } from '#test/support/measurer.ts'
import { type RestApp, restApp } from '#test/support/rest-app.ts'
import { uploadTable } from '#test/support/upload.ts'

const PEOPLE = [
  'id,email,age,city',
  ...Array.from(
    { length: 200 },
    (_, i) =>
      `${70_001 + 7 * i},person${i}@secret.example,${20 + (i % 31)},${i % 3 ? 'Bonn' : 'Köln'}`,
  ),
].join('\n')

async function withPeople(t: TestContext): Promise<{ rest: RestApp; id: string; url: string }> {
  const rest = await restApp(t)
  const id = await uploadTable(rest, rest.alice, PEOPLE, 'people.csv')
  return { rest, id, url: `/api/datasets/${id}/profile` }
}

test('a profile is made in the background, kept, and holds no personal value', async (t) => {
  const { rest, url } = await withPeople(t)
  const { alice, call, database } = rest
  const first = await call(alice, 'GET', url)
  assert.deepEqual([first.status, first.headers['retry-after']], [202, '1'])
  startMeasurer(t, rest)
  const { status, json, text } = await untilMeasured(rest, alice, url)
  assert.equal(status, 200, text)
  assert.deepEqual([json['table'], json['rows']], ['people', 200])
  const columns = json['columns'] as {
    name: string
    numbers: { min: number; max: number } | null
  }[]
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['id', 'email', 'age', 'city'],
  )
  assert.partialDeepStrictEqual(columns[2], { numbers: { min: 20, max: 50 } })
  const page = await call(alice, 'GET', `${url}?format=html`)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.match(String(page.headers['content-security-policy']), /sandbox/)
  const config = await call(alice, 'GET', `${url}?format=config`)
  assert.equal((await call(alice, 'GET', `${url}?format=yaml`)).text, config.text)
  assert.match(String(config.headers['content-type']), /yaml/)
  assert.deepEqual(parseConfig(parse(config.text)).problems, [])
  for (const shown of [text, page.text, config.text])
    assert.doesNotMatch(shown, /person\d|secret\.example|70001|70008/)
  const [made] = await database.query<{ attempts: number; n: number }>(
    'select max(attempts) as attempts, count(*)::int as n from measurements',
  )
  assert.deepEqual(made, { attempts: 1, n: 1 })
})

test('a profile is for those who see the dataset, and goes with it', async (t) => {
  const { rest, id, url } = await withPeople(t)
  const { alice, bob, call, database } = rest
  assert.equal((await call(bob, 'GET', url)).status, 404)
  assert.equal((await call(null, 'GET', url)).status, 401)
  assert.equal((await call(alice, 'GET', `${url}?format=pdf`)).status, 400)
  assert.deepEqual(await database.query('select 1 from measurements'), [])
  assert.equal((await call(alice, 'GET', url)).status, 202)
  assert.equal((await call(alice, 'DELETE', `/api/datasets/${id}`)).status, 204)
  assert.equal((await call(alice, 'GET', url)).status, 404)
  assert.deepEqual(await database.query('select 1 from measurements'), [])
})

test('how far it is can be asked; one that ends whoever begins it is not begun for ever', async (t) => {
  const { rest, url } = await withPeople(t)
  const { alice, call, database } = rest
  assert.deepEqual((await call(alice, 'GET', url)).json, { status: 'pending', progress: 0 })
  const claim = await claimNext(database)
  assert.ok(claim && (await renewClaim(database, claim, 0.25)))
  assert.deepEqual((await call(alice, 'GET', url)).json, { status: 'pending', progress: 0.25 })
  await database.query(
    `update measurements set attempts = 5, claimed_until = now() - interval '1 second'`,
  )
  startMeasurer(t, rest)
  const { status, json } = await untilMeasured(rest, alice, url)
  assert.deepEqual([status, json['code']], [500, 'internal'])
})

test('what an attempt keeps is for the next one, stays in the store, and gives hope', async (t) => {
  const { rest, url } = await withPeople(t)
  const { alice, call, database } = rest
  await call(alice, 'GET', url)
  const lapse = () => database.query(`update measurements set claimed_until = now()`)
  await database.query('update measurements set attempts = 4')
  const first = await claimNext(database)
  const kept = { cid: 'bafkept', bytes: 7, sha256: '00' }
  assert.ok(first)
  await keepCheckpoint(database, first, kept)
  await renewClaim(database, first, 0.5)
  assert.ok((await Array.fromAsync(rootsOf(database))).includes(kept.cid))
  await fail(database, first, { code: 'infrastructure', message: 'away' })
  await lapse()
  const second = await claimNext(database)
  assert.deepEqual(second?.checkpoint, { ...kept, attempt: 5 })
  assert.deepEqual((await call(alice, 'GET', url)).json, { status: 'pending', progress: 0.5 })
  requireHope(second)
  assert.throws(() => requireHope({ ...second, attempts: 11 }), { code: 'internal' })
  await keepCheckpoint(database, first, { ...kept, cid: 'bafolder' })
  await lapse()
  assert.equal((await claimNext(database))?.checkpoint?.cid, kept.cid)
  await lapse()
  startMeasurer(t, rest)
  assert.equal((await untilMeasured(rest, alice, url)).status, 200)
  assert.ok(!(await Array.fromAsync(rootsOf(database))).includes(kept.cid))
})

test('one that was begun by a process that is gone is made by another', async (t) => {
  const { rest, url } = await withPeople(t)
  const { alice, call, database } = rest
  await call(alice, 'GET', url)
  await database.query(
    `update measurements set status = 'running', attempts = 1, claimed_until = now() - interval '1 second'`,
  )
  startMeasurer(t, rest)
  assert.equal((await untilMeasured(rest, alice, url)).status, 200)
})

test('a dataset whose bytes are gone says so, and is tried again when asked', async (t) => {
  const { rest, url } = await withPeople(t)
  const { alice, call, database, store } = rest
  const [row] = await database.query<{ root_cid: string }>('select root_cid from datasets')
  await store.delete(row?.root_cid ?? '', { notAfterMs: Date.now() + 60_000 })
  await call(alice, 'GET', url)
  await database.query('update measurements set attempts = 2')
  startMeasurer(t, rest)
  const { status, json } = await untilMeasured(rest, alice, url)
  assert.ok(status >= 400, String(status))
  assert.equal(json['code'], 'part_missing')
  assert.equal((await call(alice, 'GET', url)).status, 202)
})
