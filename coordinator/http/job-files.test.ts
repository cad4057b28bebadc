import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import { putConcat, putPart } from '#coordinator/storage/put-dag.ts'
import { chunkRange, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import type { Plan } from '#engine/plan.ts'
import { ORDERS } from '#test/support/configs.ts'
import { PUBLIC_URL, type RestApp, restApp } from '#test/support/rest-app.ts'

/** A job that made what its spec says, as workers and activities would have left it. */
async function made(t: TestContext, { publish = true } = {}) {
  const rest = await restApp(t)
  const { json } = await rest.call(rest.alice, 'POST', '/api/jobs', {
    body: { config: ORDERS, chunk_rows: 100, name: 'shop' },
  })
  const id = String(json['job_id'])
  const files = await makeAll(rest, id)
  const manifest = await putPart(rest.store, Buffer.from('{"manifest_version":1}\n'))
  await rest.database.query(
    `update jobs set status = 'completed', stage = 'done', manifest_cid = $2, started_at = now() - interval '2 s',
       finished_at = now() where id = $1`,
    [id, manifest.cid],
  )
  if (publish) {
    await rest.database.query(
      'insert into public_blocks (cid, root, job_id) select cid, $2, job_id from outputs where job_id = $1',
      [id, 'root'],
    )
  }
  return { ...rest, id, url: `/api/jobs/${id}`, files, manifest }
}

async function makeAll({ database, store }: RestApp, id: string): Promise<Map<string, Buffer>> {
  const [spec] = await database.query<{ body: string }>('select body from specs')
  const { config, plan } = JSON.parse(spec?.body ?? '') as { config: ResolvedConfig; plan: Plan }
  const files = new Map<string, Buffer>()
  for (const [tableNo, table] of compile(config, plan).tables.entries()) {
    const parts: Buffer[] = []
    for (let n = 0; n < table.chunks; n++) {
      const out = new Output(1 << 20)
      writeChunk(table, n, out)
      const part = Buffer.from(out.bytes())
      parts.push(part)
      const { from, to } = chunkRange(table, n)
      await database.query(
        `insert into chunks (job_id, table_no, chunk_no, cid, bytes, dag_bytes, rows, worker_id, region, lease_id, duration_ms)
         values ($1, $2, $3, $4, $5, $5, $6, 'w', 'us-east', 'l', 1)`,
        [id, tableNo, n, `part-${tableNo}-${n}`, part.length, to - from],
      )
    }
    const links = []
    for (const part of parts) links.push(await putPart(store, part))
    const link = await putConcat(store, links)
    await database.query(
      `insert into outputs (job_id, table_no, table_name, format, rows, bytes, cid, dag_bytes, sha256)
       values ($1, $2, $3, 'csv', $4, $5, $6, $7, 'aa')`,
      [id, tableNo, table.name, table.rows, link.bytes, link.cid, link.dagBytes],
    )
    await database.query(
      `update job_tables set rows_done = rows, chunks_done = chunks where job_id = $1 and table_no = $2`,
      [id, tableNo],
    )
    files.set(table.name, Buffer.concat(parts))
  }
  return files
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('a completed job lists its files with every way to fetch them', async (t) => {
  const { alice, call, url, id } = await made(t)
  const { json } = await call(alice, 'GET', url)
  assert.partialDeepStrictEqual(json as object, {
    status: 'completed',
    progress_percentage: 100,
    rows_generated: 250,
    chunks_completed: 3,
  })
  const [customers] = json['outputs'] as {
    cid: string
    ipfs_urls: string[]
    download_url: string
  }[]
  assert.deepEqual(customers?.ipfs_urls, [
    `${PUBLIC_URL}/ipfs/${customers?.cid}`,
    `ipfs://${customers?.cid}`,
    `https://gateway.test/ipfs/${customers?.cid}`,
  ])
  assert.equal(customers?.download_url, `${PUBLIC_URL}/api/jobs/${id}/download?table=customers`)
})

test('a file downloads whole, in ranges and conditionally, under a name of its own', async (t) => {
  const { alice, call, url, files } = await made(t)
  const orders = files.get('orders') as Buffer
  const path = `${url}/download?table=orders`
  const whole = await call(alice, 'GET', path)
  assert.equal(whole.status, 200)
  assert.equal(sha256(Buffer.from(whole.text)), sha256(orders))
  assert.match(String(whole.headers['content-disposition']), /filename="shop-orders.csv"/)
  const etag = String(whole.headers['etag'])
  const part = await call(alice, 'GET', path, { headers: { range: 'bytes=5-19' } })
  assert.equal(part.status, 206)
  assert.equal(part.text, orders.subarray(5, 20).toString())
  assert.equal(part.headers['content-range'], `bytes 5-19/${orders.length}`)
  const same = await call(alice, 'GET', path, { headers: { 'if-none-match': etag } })
  assert.equal(same.status, 304)
  const beyond = await call(alice, 'GET', path, { headers: { range: 'bytes=99999999-' } })
  assert.equal(beyond.status, 416)
})

test('without a table all files come as one zip of known length', async (t) => {
  const { alice, app, url, files } = await made(t)
  const answer = await app.inject({ url: `${url}/download`, headers: { 'x-api-key': alice.key } })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['content-type'], 'application/zip')
  assert.match(String(answer.headers['content-disposition']), /filename="shop.zip"/)
  const zip = answer.rawPayload
  assert.equal(Number(answer.headers['content-length']), zip.length)
  assert.equal(zip.subarray(0, 4).toString('latin1'), 'PK\u0003\u0004')
  for (const [name, bytes] of files) {
    assert.ok(zip.includes(bytes), name)
    assert.ok(zip.includes(Buffer.from(`${name}.csv`)), name)
  }
})

test('other tables and formats are refused with what there is', async (t) => {
  const { alice, call, url } = await made(t)
  const table = await call(alice, 'GET', `${url}/download?table=order`)
  assert.equal(table.status, 400)
  assert.match(table.text, /orders/)
  const format = await call(alice, 'GET', `${url}/download?table=orders&format=parquet`)
  assert.equal(format.json['code'], 'unsupported')
  assert.match(String(format.json['detail']), /csv/)
})

test('a link fetches its one file without a key, for five minutes', async (t) => {
  const { alice, call, url, files } = await made(t)
  const link = await call(alice, 'POST', `${url}/download-link`, { body: { table: 'orders' } })
  assert.equal(link.status, 201)
  const path = String(link.json['url']).slice(PUBLIC_URL.length)
  const file = await call(null, 'GET', path)
  assert.equal(file.status, 200)
  assert.equal(file.text, files.get('orders')?.toString())
  const minutes = (Date.parse(String(link.json['expires_at'])) - Date.now()) / 60_000
  assert.ok(minutes > 4 && minutes <= 5)
  for (const forged of [
    path.replace('table=orders', 'table=customers'),
    path.replace(/expires=\d/, 'expires=9'),
    path.replace(/signature=./, 'signature=_'),
    path.replace(/&signature=.*/, ''),
  ]) {
    if (forged !== path) assert.equal((await call(null, 'GET', forged)).status, 401, forged)
  }
  await call(alice, 'DELETE', url)
  assert.equal((await call(null, 'GET', path)).status, 404)
})

test('there is no link to a file that is not there', async (t) => {
  const { alice, call } = await restApp(t)
  const submitted = await call(alice, 'POST', '/api/jobs', { body: { config: ORDERS } })
  const url = `/api/jobs/${String(submitted.json['job_id'])}`
  const early = await call(alice, 'POST', `${url}/download-link`, { body: { table: 'orders' } })
  assert.equal(early.status, 409)
  assert.match(String(early.json['detail']), /pending; its files are not merged yet/)
  await call(alice, 'POST', `${url}/cancel`)
  const late = await call(alice, 'GET', `${url}/download`)
  assert.match(String(late.json['detail']), /cancelled; it has no files/)
})

test('a link needs a table when there are several', async (t) => {
  const { alice, call, url } = await made(t)
  const { status, text } = await call(alice, 'POST', `${url}/download-link`)
  assert.equal(status, 400)
  assert.match(text, /customers, orders/)
})

test('the manifest is the file that was published', async (t) => {
  const { alice, call, url } = await made(t)
  const { status, json, headers } = await call(alice, 'GET', `${url}/manifest`)
  assert.equal(status, 200)
  assert.deepEqual(json, { manifest_version: 1 })
  assert.match(String(headers['content-type']), /^application\/json/)
})

test('a preview shows rows of done chunks only, the ones the file has', async (t) => {
  const { alice, call, url, files, database } = await made(t)
  const lines = (files.get('orders') as Buffer).toString().trimEnd().split('\n')
  const preview = async (query: string) =>
    (await call(alice, 'GET', `${url}/preview?table=orders&${query}`)).json
  const first = await preview('rows=3')
  assert.deepEqual(first['columns'], [
    { name: 'order_id', type: 'int' },
    { name: 'customer_id', type: 'int' },
  ])
  const asLines = (rows: unknown) => (rows as number[][]).map((row) => row.join(','))
  assert.deepEqual(asLines(first['rows']), lines.slice(1, 4))
  await database.query('delete from chunks where table_no = 1 and chunk_no = 0')
  const second = await preview('rows=120')
  assert.deepEqual(asLines(second['rows']), lines.slice(101, 201))
  await database.query('delete from chunks where table_no = 1')
  assert.deepEqual((await preview('rows=3'))['rows'], [])
})

test('the gateway serves what is published to anyone, and the rest to those who see its job', async (t) => {
  const { alice, bob, call, database, url } = await made(t, { publish: false })
  const { json } = await call(alice, 'GET', url)
  const [output] = json['outputs'] as { cid: string; ipfs_urls: string[] }[]
  assert.deepEqual(output?.ipfs_urls, [])
  const path = `/ipfs/${output?.cid}`
  assert.equal((await call(null, 'GET', path)).status, 404)
  assert.equal((await call(bob, 'GET', path)).status, 404)
  assert.equal((await call(alice, 'GET', path)).status, 200)
  await database.query(
    'insert into public_blocks (cid, root, job_id) select cid, cid, job_id from outputs',
  )
  assert.equal((await call(null, 'GET', path)).status, 200)
})
