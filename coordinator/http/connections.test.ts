import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { connectionSettingsOf } from '#coordinator/connections/settings.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { postgresOverTcp } from '#test/support/postgres-tcp.ts'
import { type Caller, joinProject, newUser, type RestApp, restApp } from '#test/support/rest-app.ts'

const URL_TEXT = 'postgresql://loader:hunter2@db.test/warehouse?sslmode=require'
const BODY = { name: 'warehouse', url: URL_TEXT }
const REACH = connectionSettingsOf({ SYNDATA_DATABASE_HOSTS: '127.0.0.0/8,::1' }, [])

async function made(rest: RestApp, caller: Caller, body: object = BODY): Promise<string> {
  const { status, json, text } = await rest.call(caller, 'POST', '/api/connections', { body })
  assert.equal(status, 201, text)
  return String(json['connection_id'])
}

test('a connection is answered with everything but its secret', async (t) => {
  const rest = await restApp(t)
  const { alice, call } = rest
  const { status, json, headers } = await call(alice, 'POST', '/api/connections', { body: BODY })
  assert.equal(status, 201)
  assert.equal(headers['location'], `/api/connections/${String(json['connection_id'])}`)
  const { connection_id: id, created_at: at, ...shown } = json
  assert.match(String(id), /^con_/)
  assert.ok(Math.abs(Date.parse(String(at)) - Date.now()) < 60_000)
  assert.deepEqual(shown, {
    project_id: alice.projectId,
    name: 'warehouse',
    kind: 'postgresql',
    host: 'db.test',
    port: 5432,
    database: 'warehouse',
    user: 'loader',
    tls: 'require',
    file: null,
    password: 'sealed',
    options: {
      batch_size: 10_000,
      copy: true,
      pool_size: 4,
      connect_timeout_ms: 10_000,
      statement_timeout_ms: 300_000,
    },
    created_by: alice.userId,
  })
  const read = await call(alice, 'GET', `/api/connections/${String(id)}`)
  assert.deepEqual(read.json, json)
  await made(rest, alice, { name: 'second', kind: 'sqlite', file: 'a.db' })
  const listed = await call(alice, 'GET', '/api/connections')
  const names = (listed.json['connections'] as { name: string }[]).map(({ name }) => name)
  assert.deepEqual(names, ['second', 'warehouse'])
  const none = await call(alice, 'GET', '/api/connections?project_id=prj_none')
  assert.deepEqual(none.json, { connections: [] })
})

test('the password is nowhere: no table, reply or log has it', async (t) => {
  const lines: string[] = []
  const { default: pino } = await import('pino')
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const rest = await restApp(t, { logger, connections: REACH })
  const { alice, call, audit, database } = rest
  const headers = { 'idempotency-key': 'k' }
  const answers = [
    await call(alice, 'POST', '/api/connections', { body: BODY, headers }),
    await call(alice, 'POST', '/api/connections', { body: BODY, headers }),
    await call(alice, 'POST', '/api/connections', { body: { ...BODY, name: 2 } }),
    await call(alice, 'POST', '/api/connections', { body: BODY }),
    await call(alice, 'POST', '/api/connections', {
      body: { name: 'b', url: 'postgresql://u:hunter2@127.0.0.1:1/d' },
    }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 400, 409, 201],
  )
  const id = String(answers[4]?.json['connection_id'])
  answers.push(await call(alice, 'POST', `/api/connections/${id}/test`))
  await audit.flush()
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  const stored: string[] = []
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`)
    stored.push(...rows.map(({ row }) => row))
  }
  assert.ok(stored.some((row) => row.includes('connections.create')))
  const hex = Buffer.from('hunter2').toString('hex')
  for (const text of [...answers.map((answer) => answer.text), ...stored, ...lines]) {
    assert.equal(text.includes('hunter2') || text.includes(hex), false, text)
  }
})

test('a repeated request makes one connection; another password with its key is another body', async (t) => {
  const rest = await restApp(t)
  const { alice, call, database } = rest
  const headers = { 'idempotency-key': 'k' }
  const first = await call(alice, 'POST', '/api/connections', { body: BODY, headers })
  const again = await call(alice, 'POST', '/api/connections', { body: BODY, headers })
  assert.deepEqual([again.status, again.json], [201, first.json])
  assert.equal(again.headers['idempotency-replayed'], 'true')
  const body = { ...BODY, url: URL_TEXT.replace('hunter2', 'hunter3') }
  assert.equal((await call(alice, 'POST', '/api/connections', { body, headers })).status, 422)
  const rows = await database.query('select 1 from connections')
  assert.equal(rows.length, 1)
})

test('names are unique in a project, and a project has room for so many', async (t) => {
  const rest = await restApp(t)
  const { alice, bob, call, database } = rest
  await made(rest, alice)
  assert.equal((await call(alice, 'POST', '/api/connections', { body: BODY })).status, 409)
  await made(rest, bob)
  await database.query(
    `insert into connections (id, project_id, name, kind, file, options, created_by)
     select 'con_' || i, $1, 'c' || i, 'sqlite', 'x.db', '{}', 'x' from generate_series(1, 199) i`,
    [alice.projectId],
  )
  const full = await call(alice, 'POST', '/api/connections', { body: { ...BODY, name: 'more' } })
  assert.equal(full.status, 409)
  assert.match(String(full.json['detail']), /at most 200/)
})

test('who may do what: members by role, keys by scope, others not at all', async (t) => {
  const rest = await restApp(t)
  const { alice, bob, admin, call, database } = rest
  const id = await made(rest, alice)
  const routes: ['GET' | 'POST' | 'DELETE', string, 'reads' | 'changes'][] = [
    ['GET', `/api/connections/${id}`, 'reads'],
    ['POST', `/api/connections/${id}/test`, 'changes'],
    ['DELETE', `/api/connections/${id}`, 'changes'],
  ]
  for (const [method, url] of routes) {
    const others = await call(bob, method, url)
    const missing = await call(bob, method, url.replace(id, 'con_none'))
    assert.deepEqual([others.status, missing.status], [404, 404], `${method} ${url}`)
    assert.equal(others.text.replaceAll(id, 'con_none').length, missing.text.length)
    assert.equal((await call(null, method, url)).status, 401)
  }
  assert.deepEqual((await call(bob, 'GET', '/api/connections')).json, { connections: [] })
  const inAlices = { ...BODY, name: 'x', project_id: alice.projectId }
  assert.equal((await call(bob, 'POST', '/api/connections', { body: inAlices })).status, 404)
  await joinProject(database, { userId: bob.userId, projectId: alice.projectId }, 'viewer')
  for (const [method, url, kind] of routes) {
    const { status } = await call(bob, method, url)
    assert.equal(status, kind === 'reads' ? 200 : 403, `${method} ${url}`)
  }
  assert.equal((await call(bob, 'POST', '/api/connections', { body: inAlices })).status, 403)
  const poor = await newUser(database, 'poor', ['publish:arweave'])
  await joinProject(database, { userId: poor.userId, projectId: alice.projectId }, 'owner')
  for (const [method, url] of [...routes, ['GET', '/api/connections'] as const])
    assert.equal((await call(poor, method, url)).status, 403)
  assert.equal((await call(poor, 'POST', '/api/connections', { body: inAlices })).status, 403)
  assert.equal((await call(admin, 'GET', `/api/connections/${id}`)).status, 200)
  assert.equal((await call(alice, 'DELETE', `/api/connections/${id}`)).status, 204)
  assert.equal((await call(alice, 'GET', `/api/connections/${id}`)).status, 404)
})

test('only an administrator names a secret, and nobody is shown which', async (t) => {
  const rest = await restApp(t)
  const { alice, admin, call } = rest
  const body = {
    name: 'by reference',
    kind: 'postgresql',
    host: 'db.test',
    database: 'd',
    user: 'u',
    password_ref: 'env:SYNDATA_SECRET_DB',
    project_id: alice.projectId,
  }
  const refused = await call(alice, 'POST', '/api/connections', { body })
  assert.equal(refused.status, 403)
  const id = await made(rest, admin, body)
  const { json, text } = await call(alice, 'GET', `/api/connections/${id}`)
  assert.equal(json['password'], 'reference')
  assert.equal(text.includes('SYNDATA_SECRET_DB'), false)
})

test('a connection stays while a job that writes into it runs', async (t) => {
  const rest = await restApp(t)
  const { alice, call, database } = rest
  const id = await made(rest, alice)
  for (const status of ['pending', 'generating', 'paused']) {
    const jobId = await insertJob(database, { jobId: `job_${status}`, status })
    await database.query('insert into job_connections values ($1, $2)', [jobId, id])
    const { status: answer, json } = await call(alice, 'DELETE', `/api/connections/${id}`)
    assert.equal(answer, 409)
    assert.match(String(json['detail']), new RegExp(jobId))
    await database.query(`update jobs set status = 'failed' where id = $1`, [jobId])
  }
  assert.equal((await call(alice, 'DELETE', `/api/connections/${id}`)).status, 204)
  assert.deepEqual(await database.query('select 1 from job_connections'), [])
})

test('a test of a connection says the version, or why not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-sqlite-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const rest = await restApp(t, { connections: { ...REACH, sqliteDir: folder } })
  const { alice, call, url } = rest
  const { port } = await postgresOverTcp(t, url)
  const database = new URL(url).pathname.slice(1)
  const tested = async (name: string, body: object) => {
    const id = await made(rest, alice, { name, ...body })
    return call(alice, 'POST', `/api/connections/${id}/test`)
  }
  const server = { kind: 'postgresql', host: '127.0.0.1', port, database, user: 'syndata' }
  const good = await tested('good', server)
  assert.equal(good.status, 200, good.text)
  assert.equal(good.json['kind'], 'postgresql')
  assert.match(String(good.json['server_version']), /^PostgreSQL \d+/)
  const cases: [object, number, string, RegExp][] = [
    [{ ...server, database: 'none' }, 424, 'connection_failed', /no database none/],
    [{ ...server, tls: 'require' }, 424, 'connection_failed', /has no TLS/],
    [{ ...server, port: 1 }, 424, 'connection_failed', /refuses connections/],
    [{ ...server, host: 'nowhere.invalid' }, 424, 'connection_failed', /no address/],
    [{ ...server, host: '10.0.0.1' }, 403, 'forbidden', /SYNDATA_DATABASE_HOSTS/],
    [{ ...server, host: '169.254.169.254' }, 403, 'forbidden', /not allowed/],
    [{ ...server, host: '0.0.0.0' }, 403, 'forbidden', /not allowed/],
    [{ ...server, kind: 'mysql', port: 1 }, 424, 'connection_failed', /refuses connections/],
  ]
  for (const [i, [body, status, code, detail]] of cases.entries()) {
    const answer = await tested(`case ${i}`, body)
    assert.deepEqual([answer.status, answer.json['code']], [status, code], answer.text)
    assert.match(String(answer.json['detail']), detail)
  }
  const file = await tested('file', { kind: 'sqlite', file: 'new.db' })
  assert.deepEqual([file.status, file.json['kind']], [200, 'sqlite'], file.text)
  await mkdir(join(folder, alice.projectId), { recursive: true })
  await writeFile(join(folder, alice.projectId, 'text.db'), 'no database at all'.repeat(100))
  const text = await tested('text', { kind: 'sqlite', file: 'text.db' })
  assert.deepEqual([text.status, text.json['code']], [424, 'connection_failed'])
})

test('SQLite is refused where no folder is set', async (t) => {
  const rest = await restApp(t)
  const id = await made(rest, rest.alice, { name: 'f', kind: 'sqlite', file: 'a.db' })
  const { status, json } = await rest.call(rest.alice, 'POST', `/api/connections/${id}/test`)
  assert.deepEqual([status, json['code']], [400, 'unsupported'])
})
