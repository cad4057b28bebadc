import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { OutputFormat } from '#engine/config/types.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { bytesOfFile } from '#engine/testing/bytes.ts'
import { createFolderStore } from './folder-store.ts'
import { createFooters } from './footers.ts'
import { putConcat, putPart } from './put-dag.ts'

/** A table's parts in a store; some are longer than a leaf. */
async function storedParts(t: TestContext, format: OutputFormat) {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-footers-'))
  t.after(() => rm(folder, { recursive: true }))
  const store = await createFolderStore(folder)
  const columns = [
    { name: 'id', type: 'uuid' },
    { name: 'note', type: 'str', rule: 'email' },
  ]
  const source = { seed: 3, tables: [{ name: 't', rows: 250_000, columns }] }
  const { resolved } = resolveConfig(parseConfig(source).config, { now: 0, format })
  const spec = { config: resolved, plan: planConfig(resolved), specDigest: format }
  const table = compile(spec.config, spec.plan).table('t')
  const links = []
  for (let chunk = 0; chunk < table.chunks; chunk++) {
    const out = new Output(2 ** 26)
    writeChunk(table, chunk, out)
    links.push(await putPart(store, out.bytes()))
  }
  return { store, spec, links }
}

test('a merged file of Parquet is its parts and a footer made from their ends', async (t) => {
  const { store, spec, links } = await storedParts(t, 'parquet')
  assert.ok(links.length > 2)
  const read: number[] = []
  const noting = (bytes: Uint8Array | null) => {
    read.push(bytes?.length ?? 0)
    return bytes
  }
  const watched: typeof store = {
    ...store,
    get: async (cid) => noting(await store.get(cid)),
    getRange: async (cid, from, to) => noting(await store.getRange(cid, from, to)),
  }
  const footer = await createFooters(watched)(spec, 0, links)
  assert.ok(footer)
  // Of each part, its node and the last bytes of its leaves.
  assert.ok(read.length <= 6 * links.length, `${read.length} blocks read`)
  const total = read.reduce((sum, bytes) => sum + bytes, 0)
  assert.ok(total <= 20_000 * links.length, `${total} bytes read of ${links.length} parts`)
  const { cid, bytes } = await putConcat(store, [...links, footer])
  const pieces = []
  for await (const piece of readRange((name) => store.get(name), cid, 0, bytes)) pieces.push(piece)
  assert.ok(Buffer.concat(pieces).equals(await bytesOfFile(spec.config, 't')))
})

test('a part that is another’s is refused, and text has no footer', async (t) => {
  const { store, spec, links } = await storedParts(t, 'parquet')
  const [first, second] = links
  assert.ok(first && second)
  const putFooter = createFooters(store)
  await assert.rejects(putFooter(spec, 0, [second, first]), { code: 'digest_mismatch' })
  const text = await storedParts(t, 'csv')
  assert.equal(await createFooters(text.store)(text.spec, 0, text.links), null)
})

test('a footer is made once for a while, and again after a failure or of other parts', async (t) => {
  const { store, spec, links } = await storedParts(t, 'parquet')
  let reads = 0
  let isAway = true
  const watched: typeof store = {
    ...store,
    get(cid) {
      reads++
      return isAway ? Promise.resolve(null) : store.get(cid)
    },
    getRange(cid, from, to) {
      reads++
      return isAway ? Promise.resolve(null) : store.getRange(cid, from, to)
    },
  }
  let nowMs = 0
  const putFooter = createFooters(watched, { now: () => nowMs })
  await assert.rejects(putFooter(spec, 0, links), { code: 'part_missing' })
  isAway = false
  const twice = await Promise.all([putFooter(spec, 0, links), putFooter(spec, 0, links)])
  assert.deepEqual(twice[1], twice[0])
  const once = reads
  assert.deepEqual(await putFooter(spec, 0, [...links]), twice[0])
  assert.equal(reads, once)
  assert.notDeepEqual(await putFooter(spec, 0, links.slice(0, 1)), twice[0])
  assert.ok(reads > once)
  const before = reads
  nowMs += 11 * 60_000
  assert.deepEqual(await putFooter(spec, 0, links), twice[0])
  assert.ok(reads > before)
})
