import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '#engine/errors.ts'
import { readNewConnection } from './read-connection.ts'

const SERVER = {
  name: 'a',
  kind: 'postgresql',
  host: 'db.test',
  database: 'd',
  user: 'u',
} as const

function refusalOf(body: unknown): AppError {
  try {
    readNewConnection(body)
  } catch (error) {
    assert.ok(error instanceof AppError)
    return error
  }
  assert.fail('it is taken')
}

const pathsOf = (body: unknown): string[] =>
  refusalOf(body)
    .problems.map(({ path }) => path)
    .sort()

test('fields, with what is taken where nothing is said', () => {
  assert.deepEqual(readNewConnection({ ...SERVER, options: { copy: false } }), {
    name: 'a',
    projectId: null,
    place: {
      kind: 'postgresql',
      host: 'db.test',
      port: 5432,
      database: 'd',
      user: 'u',
      tls: 'prefer',
    },
    password: null,
    options: {
      batch_size: 10_000,
      copy: false,
      pool_size: 4,
      connect_timeout_ms: 10_000,
      statement_timeout_ms: 300_000,
    },
  })
  const { place } = readNewConnection({ ...SERVER, kind: 'mysql', tls: 'verify' })
  assert.partialDeepStrictEqual(place, { port: 3306, tls: 'verify' })
  const file = readNewConnection({ name: 'a', kind: 'sqlite', file: 'orders.db' })
  assert.deepEqual(file.place, { kind: 'sqlite', file: 'orders.db' })
})

test('a URL is taken apart', () => {
  const urls: [string, object, string | null][] = [
    [
      'postgresql://u:p%40%2Fss@db.test:6432/d%20b?sslmode=verify-full',
      {
        kind: 'postgresql',
        host: 'db.test',
        port: 6432,
        database: 'd b',
        user: 'u',
        tls: 'verify',
      },
      'p@/ss',
    ],
    [
      'postgres://u@[fd00::1]/d',
      { kind: 'postgresql', host: 'fd00::1', port: 5432, database: 'd', user: 'u', tls: 'prefer' },
      null,
    ],
    [
      'mysql://u:p@10.0.0.1/d?ssl-mode=DISABLED',
      { kind: 'mysql', host: '10.0.0.1', port: 3306, database: 'd', user: 'u', tls: 'disable' },
      'p',
    ],
  ]
  for (const [url, place, password] of urls) {
    const read = readNewConnection({ name: 'a', url })
    assert.deepEqual(read.place, place)
    assert.deepEqual(read.password, password === null ? null : { text: password })
  }
  const read = readNewConnection({ name: 'a', url: 'mysql://u@h/d', password: 'p', tls: 'require' })
  assert.deepEqual(
    [read.place, read.password],
    [
      { kind: 'mysql', host: 'h', port: 3306, database: 'd', user: 'u', tls: 'require' },
      { text: 'p' },
    ],
  )
})

test('everything that is wrong is said at once', () => {
  assert.deepEqual(pathsOf({}), ['/database', '/host', '/kind', '/name', '/user'])
  assert.deepEqual(
    pathsOf({
      kind: 'postgresql',
      host: 'a/b',
      port: 0,
      database: '',
      password: 'p',
      password_ref: 'env:PATH',
      tls: 'maybe',
      options: { batch_size: 0, pool_size: 33, more: 1 },
      extra: 1,
    }),
    [
      '/database',
      '/extra',
      '/host',
      '/name',
      '/options/batch_size',
      '/options/more',
      '/options/pool_size',
      '/password_ref',
      '/port',
      '/tls',
      '/user',
    ],
  )
  assert.deepEqual(pathsOf({ ...SERVER, url: 'postgresql://u@h/d', tls: 'prefer', file: 'x.db' }), [
    '/database',
    '/file',
    '/host',
    '/user',
  ])
  assert.deepEqual(pathsOf({ name: 'a', kind: 'sqlite', host: 'h', password: 'p' }), [
    '/file',
    '/host',
    '/password',
  ])
  for (const body of [null, [], 'x', 1]) assert.equal(refusalOf(body).code, 'invalid_request')
})

test('what cannot stand together', () => {
  assert.deepEqual(
    pathsOf({ name: 'a', url: 'mysql://u:p@h/d', kind: 'postgresql', password: 'x' }),
    ['/kind', '/url'],
  )
  assert.deepEqual(pathsOf({ name: 'a', url: 'mysql://u@h/d?sslmode=require', tls: 'require' }), [
    '/tls',
  ])
  assert.deepEqual(pathsOf({ ...SERVER, password: 'x', password_ref: 'file:x' }), ['/password_ref'])
  assert.deepEqual(pathsOf({ ...SERVER, kind: 'mysql', host: '10.0.0.1', tls: 'verify' }), ['/tls'])
})

test('references and files name nothing else', () => {
  const refs = [
    'env:PATH',
    'env:SYNDATA_MASTER_KEY',
    'env:SYNDATA_SECRET_',
    'file:../x',
    'file:a/b',
    'x',
  ]
  for (const password_ref of refs)
    assert.deepEqual(pathsOf({ ...SERVER, password_ref }), ['/password_ref'], password_ref)
  const files = ['../x.db', 'a/b.db', '.db', 'x.db-wal', '/etc/x.db', 'x', 'a\\b.db', 'x.db\n']
  for (const file of files)
    assert.deepEqual(pathsOf({ name: 'a', kind: 'sqlite', file }), ['/file'], file)
  const hosts = [
    '/var/run/postgresql',
    'a b',
    'a,b',
    'h:5432',
    '[::1]',
    'fe80::1%eth0',
    'http://h',
    '-h',
  ]
  for (const host of hosts) assert.deepEqual(pathsOf({ ...SERVER, host }), ['/host'], host)
})

test('no refusal shows what may be a secret', () => {
  const bodies = [
    { ...SERVER, password: 12_345_678 },
    { ...SERVER, password: ['hunter2hunter2'] },
    { ...SERVER, password: `hunter2${'x'.repeat(2000)}` },
    { ...SERVER, password: 'hunter2\0' },
    { name: 'a', url: 'hunter2' },
    { name: 'a', url: 'ftp://u:hunter2@h/d' },
    { name: 'a', url: 'postgresql://u:hunter2%@h/d' },
    { name: 'a', url: 'postgresql://u:hunter2@h x/d' },
    { name: 'a', url: 'postgresql://u:hunter2@h/d?hunter2=1' },
    { name: 'a', url: 'postgresql://u:p@h/d?sslmode=hunter2' },
    { name: 'a', url: 'postgresql://u:hunter2@/d' },
    { name: 'a', url: { hunter2: 'hunter2' } },
    { name: 'a', url: `postgresql://u:hunter2@h/${'d'.repeat(5000)}` },
    { name: 'a', url: 'postgresql://u:hunter2@h,g/d' },
    { name: 'a', url: 'postgresql://u:p@h/d?hunter2%20x=1' },
  ]
  for (const body of bodies) {
    const { message, problems } = refusalOf(body)
    const said = JSON.stringify([message, problems])
    // A parameter's name is no secret; all else is not said.
    assert.doesNotMatch(said.replace('the parameter hunter2', ''), /hunter2|12345678/, said)
  }
})
