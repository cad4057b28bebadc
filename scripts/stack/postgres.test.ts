import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { freePort } from './ports.ts'
import { preparePostgres } from './postgres.ts'
import { chooseAccount } from './postgres-account.ts'
import { createSupervisor } from './supervisor.ts'
import { postgresOf, readTools } from './tools.ts'

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function start(t: TestContext, dir: string, port: number) {
  const { bin } = postgresOf(readTools())
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
  }
  const folder = path.join(dir, 'postgres')
  const postgres = await preparePostgres({ bin, folder, port, password: 'p4ssw0rd', say })
  const supervisor = createSupervisor({ logDir: path.join(dir, 'logs'), say })
  t.after(() => supervisor.stop())
  const child = await supervisor.start(postgres.spec)
  return { ...postgres, supervisor, child, lines }
}

test('a private Postgres starts fresh, keeps its rows over a stop, and comes back after SIGKILL', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'postgres-'))
  const port = await freePort()

  const first = await start(t, dir, port)
  await query(first.url, 'CREATE TABLE kept (n int)')
  await query(first.url, 'INSERT INTO kept VALUES (1)')
  assert.deepEqual(await query(first.url, 'SHOW fsync'), [{ fsync: 'on' }])
  assert.deepEqual(await query(first.url, 'SHOW listen_addresses'), [
    { listen_addresses: '127.0.0.1' },
  ])
  await assert.rejects(query(first.url.replace('p4ssw0rd', 'wrong'), 'SELECT 1'), /password/)
  assert.equal(statSync(first.folder).mode & 0o777, 0o700)
  await first.supervisor.stop()

  const second = await start(t, dir, port)
  await query(second.url, 'INSERT INTO kept VALUES (2)')
  second.child.kill('SIGKILL')
  await second.child.waitHealthy(30_000)
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept ORDER BY n'), [{ n: 1 }, { n: 2 }])
  assert.match(second.lines[0] ?? '', /^postgres ended \(SIGKILL\)/)
  await second.supervisor.stop()

  // As a machine that lost power leaves it, with the pid since given to another process.
  writeFileSync(path.join(second.folder, 'postmaster.pid'), `${process.pid}\n${second.folder}\n`)
  const third = await start(t, dir, port)
  assert.equal((await query(third.url, 'SELECT n FROM kept')).length, 2)
  assert.deepEqual(third.lines, [])
  // After hooks run in the order they were added: the servers' come first.
  t.after(() => rmSync(dir, { recursive: true, force: true }))
})

test('as root it runs as a user who reaches the files, or in a namespace, or elsewhere', () => {
  const choose = (passable: string[], namespaces: boolean) =>
    chooseAccount(
      { bin: '/pg/bin', folder: '/data/postgres' },
      {
        isRoot: true,
        othersMayPass: (folder) => passable.includes(folder),
        namespacesWork: () => namespaces,
      },
    )
  assert.equal(choose(['/pg/bin', '/data'], false).account.kind, 'user')
  assert.equal(choose(['/pg/bin'], true).account.kind, 'namespace')
  const elsewhere = choose(['/pg/bin'], false)
  assert.equal(elsewhere.account.kind, 'user')
  assert.ok(elsewhere.folder.startsWith(tmpdir()))
  assert.throws(() => choose([], false), /as root/)
})
