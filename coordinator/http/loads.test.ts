// Jobs that write into databases, over REST: whose connections they may name, and what is said of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { type Caller, type RestApp, restApp, withScopes } from '#test/support/rest-app.ts'

const CONFIG = {
  seed: 4,
  output: { format: 'parquet' },
  tables: [
    { name: 'people', rows: 25, columns: [{ name: 'id', type: 'int', constraints: ['PK'] }] },
  ],
}

async function connect({ call }: RestApp, who: Caller, kind = 'postgresql'): Promise<string> {
  const body =
    kind === 'sqlite'
      ? { name: kind, kind, file: 'shop.db' }
      : { name: kind, kind, host: 'db.test', database: 'shop', user: 'loader', password: 's3cret' }
  const { status, json, text } = await call(who, 'POST', '/api/connections', { body })
  assert.equal(status, 201, text)
  return String(json['connection_id'])
}

const submit = (app: RestApp, who: Caller, output: object, more: object = {}) =>
  app.call(who, 'POST', '/api/jobs', { body: { config: CONFIG, output, ...more } })

test('a job with a connection writes plain CSV for that database, and publishes nothing', async (t) => {
  const app = await restApp(t)
  const { alice, call, database } = app
  const connection = await connect(app, alice)
  const { status, json, text } = await submit(app, alice, { connection, mode: 'append' })
  assert.equal(status, 202, text)
  const [row] = await database.query<{ body: string; publish_ipfs: boolean; c: string }>(
    `select s.body, j.publish_ipfs, u.connection_id as c from jobs j join specs s on s.digest = j.spec_digest
     join job_connections u on u.job_id = j.id where j.id = $1`,
    [json['job_id']],
  )
  assert.deepEqual([row?.publish_ipfs, row?.c], [false, connection])
  const { config } = JSON.parse(row?.body ?? '') as { config: ResolvedConfig }
  assert.equal(config.output.format, 'csv')
  assert.equal(config.output.csv?.database, 'postgresql')
  const job = await call(alice, 'GET', `/api/jobs/${String(json['job_id'])}`)
  assert.deepEqual(job.json['load'], {
    ...{ connection_id: connection, kind: 'postgresql', mode: 'append', schema: 'public' },
  })
  assert.doesNotMatch(job.text + row?.body, /s3cret|db\.test|loader/)
  const published = await submit(app, alice, { connection }, { publish: { ipfs: true } })
  const [own] = await database.query('select publish_ipfs from jobs where id = $1', [
    published.json['job_id'],
  ])
  assert.deepEqual(own, { publish_ipfs: true })
})

test('a dry run says what would be written where, and starts nothing', async (t) => {
  const app = await restApp(t)
  const { alice, database } = app
  const connection = await connect(app, alice, 'sqlite')
  const { status, json, text } = await submit(app, alice, { connection }, { dry_run: true })
  assert.equal(status, 200, text)
  assert.deepEqual(json['load'], {
    ...{ connection_id: connection, kind: 'sqlite', mode: 'create', schema: null },
  })
  assert.deepEqual(await database.query('select id from jobs'), [])
  const plain = await app.call(alice, 'POST', '/api/jobs', {
    body: { config: CONFIG, dry_run: true },
  })
  assert.equal(plain.json['load'], null)
})

test('somebody else’s connection is answered like one that does not exist', async (t) => {
  const app = await restApp(t)
  const connection = await connect(app, app.alice)
  const found = await submit(app, app.bob, { connection })
  const missing = await submit(app, app.bob, { connection: connection.replace(/.$/, 'x') })
  assert.deepEqual([found.status, missing.status], [404, 404])
  assert.equal(found.json['title'], missing.json['title'])
  const reader = await withScopes(app.database, app.alice, ['jobs:read'])
  assert.equal((await submit(app, reader, { connection })).status, 403)
})

test('what does not fit the connection is named, all of it', async (t) => {
  const app = await restApp(t)
  const { alice, bob } = app
  const connection = await connect(app, alice)
  const file = await connect(app, alice, 'sqlite')
  const pathsOf = async (output: object, more: object = {}) => {
    const { status, json } = await submit(app, alice, output, more)
    assert.equal(status, 400)
    return (json['errors'] as { path: string }[]).map(({ path }) => path)
  }
  assert.deepEqual(await pathsOf({ schema: 'x', mode: 'create' }), [
    '/output/schema',
    '/output/mode',
  ])
  assert.deepEqual(await pathsOf({ connection: file, schema: 'main' }), ['/output/schema'])
  assert.deepEqual(await pathsOf({ connection, mode: 'replace' }), ['/output/mode'])
  assert.deepEqual(await pathsOf({ connection, format: 'parquet', compression: 'zstd' }), [
    '/output/format',
    '/output/compression',
  ])
  assert.deepEqual(await pathsOf({ connection }, { project_id: bob.projectId }), ['/project_id'])
  const named = (name: string) => ({
    config: { tables: [{ ...CONFIG.tables[0], name }] },
  })
  assert.deepEqual(await pathsOf({ connection }, named('x'.repeat(64))), ['/config/tables/0/name'])
  assert.deepEqual(await pathsOf({ connection }, named('_syndata_chunks')), ['/config'])
})
