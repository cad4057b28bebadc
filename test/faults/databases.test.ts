// A job that writes into a database, whose loader and whose database die on the way: every row once, no orphan.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import type { Job } from '#scripts/demo/api.ts'
import { freePort } from '#scripts/stack/ports.ts'
import { preparePostgres } from '#scripts/stack/postgres.ts'
import { createSupervisor } from '#scripts/stack/supervisor.ts'
import { postgresOf, readTools } from '#scripts/stack/tools.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const CONFIG = `
seed: 9
tables:
  - name: customers
    rows: 20000
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: email, type: str, constraints: [unique], rule: email}
  - name: orders
    rows: 200000
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: customer, type: int, constraints: [FK]}
      - {name: amount, type: decimal, rule: {type: range, min: 0, max: 100, decimals: 2}}
      - {name: note, type: str, nullable: 0.5, rule: {type: choice, value: ["", "NULL", 'a,"b"']}}
    foreign_keys:
      - {parent_table: customers, child_column: customer}
`

type Target = { url: string; kill: () => void }

async function targetDatabase(t: TestContext): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-target-'))
  const supervisor = createSupervisor({ logDir: join(folder, 'logs'), say: () => undefined })
  const { spec, url } = await preparePostgres({
    bin: postgresOf(readTools()).bin,
    folder: join(folder, 'postgres'),
    port: await freePort(),
    password: 'of the target',
    say: () => undefined,
  })
  t.after(async () => {
    await supervisor.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const child = await supervisor.start(spec)
  return { url, kill: () => void process.kill(child.pid() ?? 0, 'SIGKILL') }
}

/** Over a connection of its own; undefined while the database is away, or has no such table yet. */
async function ask(url: string, sql: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(sql)).rows[0]
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}

const untilLoaded = ({ url }: Target, chunks: number) =>
  waitFor(
    async () => {
      const row = await ask(url, 'select count(*)::int as n from _syndata_chunks where chunk >= 0')
      return Number(row?.['n'] ?? 0) >= chunks
    },
    { what: `${chunks} chunks`, timeoutMs: 60_000 },
  )

async function connect({ stack }: TestStack, { url }: Target): Promise<string> {
  const response = await fetch(`${stack.rest_url}/api/connections`, {
    method: 'POST',
    headers: { 'x-api-key': stack.admin.api_key, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'target', url, options: { pool_size: 1 } }),
  })
  const body = (await response.json()) as { connection_id: string }
  assert.equal(response.status, 201, JSON.stringify(body))
  return body.connection_id
}

test('the loader is killed, then the database: every row once', async (t) => {
  const target = await targetDatabase(t)
  const on = await testStack(t, { workers: 2 })
  const connection = await connect(on, target)
  const job = await on.api.submit({ config: CONFIG, output: { connection }, chunk_rows: 5_000 })
  await untilLoaded(target, 8)
  on.stack.kill('parts')
  await untilLoaded(target, 20)
  target.kill()
  const done = await on.api.until(job.job_id, ({ status }) => status === 'completed', {
    timeoutMs: 60_000,
  })
  assertView(done, connection)
  const found = await ask(
    target.url,
    `select (select count(*)::int from customers) as customers, count(*)::int as orders,
       sum(o.id)::text as ids, count(distinct o.id)::int as different, count(c.id)::int as parents,
       (select sum(row_count)::int from _syndata_chunks) as marked
     from orders o left join customers c on c.id = o.customer`,
  )
  assert.deepEqual(found, {
    ...{ customers: 20_000, orders: 200_000, ids: String((200_000 * 200_001) / 2) },
    ...{ different: 200_000, parents: 200_000, marked: 220_000 },
  })
  assert.deepEqual(
    await ask(target.url, `${SUMS} from orders`),
    await sumsOfFile(t, on, done, 'orders'),
  )
})

const SUMS = `select cast(sum(customer) as text) as customers, cast(sum(amount) as text) as amounts,
  cast(count(note) as text) as notes, cast(sum(length(note)) as text) as lengths`

/** Of the file that the job keeps beside, as a foreign reader sees it. */
async function sumsOfFile(t: TestContext, { stack }: TestStack, job: Job, table: string) {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-file-'))
  t.after(() => rm(folder, { recursive: true }))
  const url = job.outputs.find((output) => output.table === table)?.download_url ?? ''
  const response = await fetch(url, { headers: { 'x-api-key': stack.admin.api_key } })
  const path = join(folder, 'file.csv')
  await writeFile(path, Buffer.from(await response.arrayBuffer()))
  const duck = await (await DuckDBInstance.create()).connect()
  const types = "{'id': 'bigint', 'customer': 'bigint', 'amount': 'decimal(18,2)', 'note': 'text'}"
  const reader = await duck.runAndReadAll(
    `${SUMS} from read_csv('${path}', header = true, nullstr = 'NULL', columns = ${types}, allow_quoted_nulls = false)`,
  )
  return reader.getRowObjects()[0]
}

function assertView(job: Job, connection: string): void {
  const loaded = job.outputs.map((output) => (output as { loaded?: unknown }).loaded)
  const where = { connection_id: connection, kind: 'postgresql', mode: 'create', schema: 'public' }
  assert.deepEqual(loaded, [
    { ...where, table: 'customers', rows: 20_000 },
    { ...where, table: 'orders', rows: 200_000 },
  ])
  assert.deepEqual(
    job.outputs.flatMap(({ ipfs_urls: urls }) => urls),
    [],
  )
}
