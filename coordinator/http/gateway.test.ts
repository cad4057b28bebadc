import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import fastify from 'fastify'
import { CID } from 'multiformats/cid'
import { carSize } from '#engine/dag/car.ts'
import { verifyBlock } from '#engine/dag/cid.ts'
import { concatLinks, directoryOf } from '#engine/dag/concat.ts'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { ByteReader } from '#engine/dag/varint.ts'
import { attachment } from './file-response.ts'
import { gatewayRoutes } from './gateway.ts'
import { sendProblem } from './problem-reply.ts'
import type { App } from './types.ts'

async function setUp(t: TestContext, hidden: Set<string> = new Set()) {
  const blocks = new Map<string, Uint8Array>()
  const keep = (cid: string, block: Uint8Array) => void blocks.set(cid, block)
  const parts = [randomBytes(50), randomBytes(LEAF_BYTES + 10), randomBytes(7)]
  const links = parts.map((bytes) => {
    const { link, leaves, node } = partOf(bytes)
    for (const { cid, offset, length } of leaves) keep(cid, bytes.subarray(offset, offset + length))
    if (node) keep(node.cid, node.bytes)
    return link
  })
  const file = concatLinks(links, keep)
  const note = links[2]!
  const entries = [
    { name: 'orders.csv', link: file },
    { name: 'a<b>&é.json', link: note },
  ]
  const root = directoryOf(entries, keep)
  const app = fastify() as unknown as App
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  gatewayRoutes(app, {
    store: { get: async (cid) => blocks.get(cid) ?? null },
    mayRead: async (_, cid) => !hidden.has(cid),
  })
  t.after(() => app.close())
  const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url, headers })
  return { blocks, parts, whole: Buffer.concat(parts), file, note, root, get }
}

function readCar(car: Uint8Array) {
  const reader = new ByteReader(car)
  const header = Buffer.from(reader.take(reader.varint()))
  const cids: string[] = []
  while (!reader.atEnd()) {
    const [cid, bytes] = CID.decodeFirst(reader.take(reader.varint()))
    assert.ok(verifyBlock(cid.toString(), bytes))
    cids.push(cid.toString())
  }
  return { header, cids }
}

test('a file is answered whole, with what a cache, a browser and a checker need', async (t) => {
  const { get, root, file, whole } = await setUp(t)
  const answer = await get(`/ipfs/${root.cid}/orders.csv`)
  assert.equal(answer.statusCode, 200)
  assert.ok(answer.rawPayload.equals(whole))
  const { headers } = answer
  assert.equal(headers['content-length'], String(whole.length))
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
  assert.equal(headers['etag'], `"${file.cid}"`)
  assert.match(String(headers['cache-control']), /^public, .*immutable$/)
  assert.equal(headers['content-security-policy'], 'sandbox')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['x-ipfs-path'], `/ipfs/${root.cid}/orders.csv`)
  assert.equal(headers['x-ipfs-roots'], `${root.cid},${file.cid}`)
  assert.match(String(headers['content-disposition']), /^attachment; filename="orders.csv"/)
  const same = await get(`/ipfs/${file.cid}?filename=x.csv`)
  assert.ok(same.rawPayload.equals(whole))
  assert.match(String(same.headers['content-disposition']), /filename="x.csv"/)
})

test('any single range gives its bytes', async (t) => {
  const { get, file, whole } = await setUp(t)
  const place = fc.oneof(
    fc.constantFrom(
      0,
      49,
      50,
      LEAF_BYTES + 49,
      LEAF_BYTES + 50,
      whole.length - 1,
      whole.length,
      whole.length + 9,
    ),
    fc.nat({ max: whole.length + 100 }),
  )
  await fc.assert(
    fc.asyncProperty(
      place,
      place,
      fc.constantFrom('both', 'open', 'suffix'),
      async (a, b, kind) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)]
        const range = { both: `${first}-${last}`, open: `${first}-`, suffix: `-${last}` }[kind]
        const from = kind === 'suffix' ? Math.max(0, whole.length - last) : first
        const to = kind === 'both' ? Math.min(whole.length, last + 1) : whole.length
        const answer = await get(`/ipfs/${file.cid}`, { range: `bytes=${range}` })
        if (from >= whole.length) {
          assert.equal(answer.statusCode, 416)
          assert.equal(answer.headers['content-range'], `bytes */${whole.length}`)
          assert.equal(answer.json().code, 'range_not_satisfiable')
          return
        }
        assert.equal(answer.statusCode, 206)
        assert.equal(answer.headers['content-range'], `bytes ${from}-${to - 1}/${whole.length}`)
        assert.ok(answer.rawPayload.equals(whole.subarray(from, to)))
      },
    ),
    { numRuns: 40 },
  )
  for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-', 'bytes=a-b']) {
    assert.equal((await get(`/ipfs/${file.cid}`, { range })).statusCode, 200, range)
  }
  const stale = await get(`/ipfs/${file.cid}`, { range: 'bytes=0-1', 'if-range': '"other"' })
  assert.equal(stale.statusCode, 200)
  const fresh = await get(`/ipfs/${file.cid}`, { range: 'bytes=0-1', 'if-range': `"${file.cid}"` })
  assert.equal(fresh.statusCode, 206)
})

test('HEAD answers the same head without a body', async (t) => {
  const { get, file, root, whole } = await setUp(t)
  for (const url of [
    `/ipfs/${file.cid}`,
    `/ipfs/${file.cid}?format=raw`,
    `/ipfs/${root.cid}?format=car`,
    `/ipfs/${root.cid}`,
  ]) {
    const [head, full] = [await get(url, {}, 'HEAD'), await get(url)]
    assert.equal(head.statusCode, 200)
    assert.equal(head.rawPayload.length, 0)
    assert.equal(head.headers['content-length'], String(full.rawPayload.length), url)
    assert.equal(head.headers['etag'], full.headers['etag'])
  }
  const part = await get(`/ipfs/${file.cid}`, { range: 'bytes=0-9' }, 'HEAD')
  assert.equal(part.statusCode, 206)
  assert.equal(part.headers['content-length'], '10')
  assert.equal(
    (await get(`/ipfs/${file.cid}`, {}, 'HEAD')).headers['content-length'],
    String(whole.length),
  )
})

test('a known tag answers 304', async (t) => {
  const { get, file, root } = await setUp(t)
  for (const url of [
    `/ipfs/${file.cid}`,
    `/ipfs/${file.cid}?format=raw`,
    `/ipfs/${root.cid}?format=car`,
    `/ipfs/${root.cid}`,
  ]) {
    const tag = String((await get(url)).headers['etag'])
    const again = await get(url, { 'if-none-match': `"x", W/${tag}` })
    assert.equal(again.statusCode, 304)
    assert.equal(again.rawPayload.length, 0)
  }
})

test('a raw answer is the block itself', async (t) => {
  const { get, root, note, blocks } = await setUp(t)
  for (const cid of [root.cid, note.cid]) {
    for (const [query, accept] of [
      ['?format=raw', '*/*'],
      ['', 'application/vnd.ipld.raw'],
    ] as const) {
      const answer = await get(`/ipfs/${cid}${query}`, { accept })
      assert.equal(answer.headers['content-type'], 'application/vnd.ipld.raw')
      assert.equal(answer.headers['etag'], `"${cid}.raw"`)
      assert.ok(answer.rawPayload.equals(blocks.get(cid)!))
    }
  }
})

test('an archive has every block under its root, and the way to it', async (t) => {
  const { get, root, file, blocks } = await setUp(t)
  const all = await get(`/ipfs/${root.cid}`, { accept: 'application/vnd.ipld.car; version=1' })
  assert.match(String(all.headers['content-type']), /^application\/vnd.ipld.car; version=1/)
  assert.deepEqual(new Set(readCar(all.rawPayload).cids), new Set(blocks.keys()))

  const below = await get(`/ipfs/${root.cid}/orders.csv?format=car`)
  const { header, cids } = readCar(below.rawPayload)
  assert.ok(header.includes(Buffer.from(CID.parse(file.cid).bytes)))
  assert.deepEqual(cids.slice(0, 2), [root.cid, file.cid])
  assert.equal(below.headers['content-length'], String(below.rawPayload.length))

  const size = await carSize(async (cid) => blocks.get(cid) ?? null, root.cid, { rootOnly: true })
  for (const scope of ['block', 'entity']) {
    const block = await get(`/ipfs/${root.cid}?format=car&dag-scope=${scope}`)
    assert.deepEqual(readCar(block.rawPayload).cids, [root.cid])
    assert.equal(block.rawPayload.length, size)
  }
})

test('a directory is a page of links whose names cannot break out', async (t) => {
  const { get, root } = await setUp(t)
  const page = await get(`/ipfs/${root.cid}/`)
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.match(page.body, />a&lt;b&gt;&amp;é\.json</)
  assert.doesNotMatch(page.body, /<b>/)
  const href = /href="([^"]*json)"/.exec(page.body)?.[1] ?? ''
  assert.equal((await get(href)).statusCode, 200)
})

test('what is missing and what may not be read give the same answer', async (t) => {
  const secret = partOf(randomBytes(9)).link.cid
  const hidden = new Set<string>([secret])
  const { get, root, blocks, file } = await setUp(t, hidden)
  blocks.set(secret, randomBytes(9))
  const absent = partOf(randomBytes(9)).link.cid
  const urls = [
    `/ipfs/${absent}`,
    `/ipfs/${secret}`,
    `/ipfs/${secret}?format=raw`,
    `/ipfs/${root.cid}/no.csv`,
  ]
  for (const url of [...urls, `/ipfs/${file.cid}/x`]) {
    const answer = await get(url)
    assert.equal(answer.statusCode, 404, url)
    const { request_id: _, ...problem } = answer.json()
    const { request_id: __, ...first } = (await get(urls[0]!)).json()
    assert.deepEqual(problem, first)
  }
})

test('a block that is gone from inside a file is an error, never a short answer of 200', async (t) => {
  const { get, file, blocks, parts } = await setUp(t)
  blocks.delete(partOf(parts[0]!).link.cid)
  assert.equal((await get(`/ipfs/${file.cid}`)).statusCode, 500)
  const rest = await get(`/ipfs/${file.cid}`, { range: 'bytes=50-' })
  assert.ok(rest.rawPayload.equals(Buffer.concat(parts.slice(1))))
})

test('other spellings of a CID name the same content; what is no CID is a bad request', async (t) => {
  const { get, file } = await setUp(t)
  const cid = CID.parse(file.cid)
  const v0 = CID.createV0(cid.multihash as never).toString()
  const answer = await get(`/ipfs/${v0}`)
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['etag'], `"${file.cid}"`)
  assert.equal(
    (await get(`/ipfs/${CID.create(1, 0x71, cid.multihash).toString()}`)).statusCode,
    404,
  )
  for (const bad of ['nonsense', `${file.cid}x`, '..%2f..%2fetc']) {
    assert.equal((await get(`/ipfs/${bad}`)).statusCode, 400, bad)
  }
  assert.equal((await get(`/ipfs/${file.cid}?format=tar`)).json().code, 'unsupported')
  assert.equal(
    (await get(`/ipfs/${file.cid}?format=car&entity-bytes=1:2`)).json().code,
    'unsupported',
  )
})

test('an answer to credentials is kept by no shared cache', async (t) => {
  const { get, file } = await setUp(t)
  const answer = await get(`/ipfs/${file.cid}`, { 'x-api-key': 'k' })
  assert.match(String(answer.headers['cache-control']), /^private/)
})

test('a refusal about a file is kept by no cache', async (t) => {
  const { get, file } = await setUp(t)
  const { statusCode, headers } = await get(`/ipfs/${file.cid}`, { range: 'bytes=99999999-' })
  assert.equal(statusCode, 416)
  assert.equal(headers['content-range'], `bytes */${file.bytes}`)
  for (const name of ['cache-control', 'etag', 'content-disposition']) {
    assert.equal(headers[name], undefined, name)
  }
})

test('a name to save under is that of one visible file that every system can write', () => {
  const saved = (name: string): string => {
    const [, encoded = ''] = /filename\*=UTF-8''(.*)$/.exec(attachment(name)) ?? []
    return decodeURIComponent(encoded)
  }
  assert.equal(saved('../../etc/passwd'), '_._.._etc_passwd')
  assert.equal(saved('..\\x.csv'), '_._x.csv')
  assert.equal(saved('.bashrc'), '_bashrc')
  assert.equal(saved('a\u202egpj.csv'), 'a_gpj.csv')
  assert.equal(saved('\ud800.csv'), '\ufffd.csv')
  const long = saved(`${'😀'.repeat(100)}.csv`)
  assert.match(long, /^(😀){49}\.csv$/u)
  assert.equal(saved('x'.repeat(300)).length, 200)
})

test('a name to save under cannot break its header', () => {
  assert.equal(
    attachment('a"b\\c\r\né%.csv'),
    `attachment; filename="a_b_c____.csv"; filename*=UTF-8''a%22b_c__%C3%A9%25.csv`,
  )
})
