import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createSealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { openConnection, tlsOptionsOf } from './connection.ts'
import { sealPassword } from './password.ts'
import { connectionSettingsOf } from './settings.ts'

const OPTIONS = {
  batch_size: 1000,
  copy: true,
  pool_size: 1,
  connect_timeout_ms: 1000,
  statement_timeout_ms: 1000,
}
const signal = new AbortController().signal

async function fixture(t: test.TestContext) {
  const { database: sql } = await testDatabase(t)
  const folder = await mkdtemp(join(tmpdir(), 'syndata-connections-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const env = {
    SYNDATA_DATABASE_HOSTS: '127.0.0.0/8',
    SYNDATA_SECRETS_DIR: join(folder, 'secrets'),
    SYNDATA_SQLITE_DIR: join(folder, 'sqlite'),
    SYNDATA_SECRET_DB: 'from the environment',
    SYNDATA_MASTER_KEY: 'not to be named',
  }
  await mkdir(env.SYNDATA_SECRETS_DIR)
  const deps = {
    sql,
    secrets: createSealedSecrets(sql, randomBytes(32)),
    settings: connectionSettingsOf(env, []),
  }
  await sql.query(`insert into projects (id, name) values ('p', 'p')`)
  const insert = async (id: string, values: { host?: string; ref?: string; sealed?: Buffer }) => {
    const { host = '127.0.0.1', ref = null, sealed = null } = values
    await sql.query(
      `insert into connections (id, project_id, name, kind, host, port, database, username, tls,
         password_ref, password_sealed, options, created_by)
       values ($1, 'p', $1, 'postgresql', $2, 5432, 'd', 'u', 'prefer', $3, $4, $5, 'x')`,
      [id, host, ref, sealed, OPTIONS],
    )
  }
  const insertFile = (id: string, file: string) =>
    sql.query(
      `insert into connections (id, project_id, name, kind, file, options, created_by)
       values ($1, 'p', $1, 'sqlite', $2, $3, 'x')`,
      [id, file, OPTIONS],
    )
  const open = (id: string) => openConnection(deps, id, { signal })
  return { deps, env, insert, insertFile, open, sql }
}

test('a sealed password opens for its own connection only, and unchanged only', async (t) => {
  const { deps, insert, open, sql } = await fixture(t)
  const sealed = await sealPassword(deps.secrets, 'con_a', 'pässword')
  assert.equal(sealed.includes('ssword'), false)
  await insert('con_a', { sealed })
  assert.partialDeepStrictEqual(await open('con_a'), {
    kind: 'postgresql',
    host: '127.0.0.1',
    servername: '127.0.0.1',
    port: 5432,
    database: 'd',
    user: 'u',
    password: 'pässword',
    tls: 'prefer',
    options: OPTIONS,
  })
  await insert('con_b', { sealed })
  await assert.rejects(open('con_b'), { code: 'infrastructure' })
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i] = (changed[i] ?? 0) ^ 1
    await sql.query(`update connections set password_sealed = $1 where id = 'con_a'`, [changed])
    await assert.rejects(open('con_a'), { code: 'infrastructure' }, `byte ${i}`)
  }
  await sql.query(`update connections set password_sealed = '' where id = 'con_a'`)
  await assert.rejects(open('con_a'), { code: 'infrastructure' })
})

test('references are followed at opening, and only to what may be named', async (t) => {
  const { env, insert, open } = await fixture(t)
  const dir = env.SYNDATA_SECRETS_DIR
  await writeFile(join(dir, 'db'), 'from a file\n')
  await symlink('db', join(dir, 'linked'))
  await writeFile(join(dir, '..', 'outside'), 'secret')
  await symlink('../outside', join(dir, 'leads-out'))
  await writeFile(join(dir, 'huge'), 'x'.repeat(5000))
  const found = {
    'env:SYNDATA_SECRET_DB': 'from the environment',
    'file:db': 'from a file',
    'file:linked': 'from a file',
  }
  for (const [i, [ref, password]] of Object.entries(found).entries()) {
    await insert(`con_found${i}`, { ref })
    assert.partialDeepStrictEqual(await open(`con_found${i}`), { password }, ref)
  }
  const refused = [
    'env:SYNDATA_MASTER_KEY',
    'env:SYNDATA_SECRET_MISSING',
    'file:../outside',
    'file:leads-out',
    'file:missing',
    'file:huge',
    'file:..',
    'file:',
    '/etc/passwd',
  ]
  for (const [i, ref] of refused.entries()) {
    await insert(`con_${i}`, { ref })
    await assert.rejects(open(`con_${i}`), { code: 'connection_failed' }, ref)
  }
})

test('without a password there is none, and a host outside of the list is refused', async (t) => {
  const { insert, open } = await fixture(t)
  await insert('con_a', {})
  assert.partialDeepStrictEqual(await open('con_a'), { password: undefined })
  await insert('con_b', { host: '169.254.169.254' })
  await assert.rejects(open('con_b'), { code: 'forbidden' })
  for (const id of ['con_none', '', "' or 1=1"])
    await assert.rejects(open(id), { code: 'not_found' })
})

test('SQLite files lie in the folder of their project', async (t) => {
  const { deps, env, insertFile, open } = await fixture(t)
  await insertFile('con_a', 'a.db')
  const file = join(env.SYNDATA_SQLITE_DIR, 'p', 'a.db')
  assert.deepEqual(await open('con_a'), { kind: 'sqlite', file, options: OPTIONS })
  await writeFile(file, '')
  assert.partialDeepStrictEqual(await open('con_a'), { file })
  await insertFile('con_b', 'b.db')
  await symlink('../../secrets/x', join(env.SYNDATA_SQLITE_DIR, 'p', 'b.db'))
  await assert.rejects(open('con_b'), { code: 'forbidden' })
  const off = { ...deps, settings: { ...deps.settings, sqliteDir: null } }
  await assert.rejects(openConnection(off, 'con_a', { signal }), { code: 'unsupported' })
})

test('TLS names the host as the user wrote it, never the address', () => {
  assert.equal(tlsOptionsOf({ tls: 'disable', servername: 'db.test' }), undefined)
  assert.deepEqual(tlsOptionsOf({ tls: 'verify', servername: 'db.test' }), {
    host: 'db.test',
    servername: 'db.test',
    rejectUnauthorized: true,
  })
  assert.deepEqual(tlsOptionsOf({ tls: 'require', servername: '10.0.0.1' }), {
    host: '10.0.0.1',
    rejectUnauthorized: false,
  })
})

test('what is wrong in the list of hosts is named', () => {
  const problems: string[] = []
  connectionSettingsOf({ SYNDATA_DATABASE_HOSTS: 'public,127.0.0.0/8,::1,db:5432' }, problems)
  assert.deepEqual(problems, [])
  connectionSettingsOf({ SYNDATA_DATABASE_HOSTS: 'public, 10.0.0.0/99,db' }, problems)
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /10\.0\.0\.0\/99/)
})
