import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { digestOf } from '#engine/config/canonical.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { OutputFormat } from '#engine/config/types.ts'
import { concatLinks, directoryOf } from '#engine/dag/concat.ts'
import { type Link, partOf } from '#engine/dag/part.ts'
import { createFooterBuilder } from '#engine/footer.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import { checkFiles, verifyChunks } from './check-chunks.ts'
import { readManifest } from './read-manifest.ts'

test('what cannot be checked is said in a line, and ends with 2', async () => {
  const script = new URL('../verify.ts', import.meta.url).pathname
  const file = new URL('../../package.json', import.meta.url).pathname
  const cases: [RegExp, ...string[]][] = [
    [/nowhere is neither a file here, nor a URL, nor a CID/, 'nowhere'],
    [/http:\/\/127\.0\.0\.1:1\/m does not answer/, 'http://127.0.0.1:1/m'],
    [/not a manifest: it lacks manifest_version/, file],
    [/--sample is a whole number/, file, '--sample', 'lots'],
    [/Unknown option '--frob'.*--help/, '--frob'],
  ]
  for (const [said, ...args] of cases) {
    const error = await promisify(execFile)(process.execPath, [script, ...args]).then(
      () => assert.fail(args.join(' ')),
      (failed: { code: number; stderr: string }) => failed,
    )
    assert.equal(error.code, 2, error.stderr)
    assert.match(error.stderr, said)
    assert.doesNotMatch(error.stderr, /\n {4}at /)
  }
})

/** A published output of 3 chunks, as blocks by CID. */
async function published(format: OutputFormat = 'csv', compression?: 'gzip' | 'zstd') {
  const blocks = new Map<string, Uint8Array>()
  const put = (cid: string, bytes: Uint8Array) => void blocks.set(cid, bytes)
  const store = (bytes: Uint8Array) => {
    const { link } = partOf(bytes)
    put(link.cid, Uint8Array.from(bytes))
    return link
  }
  const source = {
    seed: 3,
    tables: [{ name: 't', rows: 30, columns: [{ name: 'id', type: 'uuid' }] }],
  }
  const { resolved } = resolveConfig(parseConfig(source).config, { now: 0, chunkRows: 10, format })
  if (format === 'parquet' || compression !== undefined) {
    const compressed = compression === undefined ? {} : { compression }
    const output = { ...resolved.output, ...compressed, block_rows: 5 }
    Object.assign(resolved, { chunk_rows: 10, output })
  }
  const table = compile(resolved, planConfig(resolved)).table('t')
  const output = new Output(2 ** 20)
  const footers = createFooterBuilder(table)
  const links: Link[] = []
  for (const chunk of [0, 1, 2]) {
    output.reset()
    writeChunk(table, chunk, output)
    const bytes = output.bytes().slice()
    await footers.add({ bytes: bytes.length, read: async (from, to) => bytes.slice(from, to) })
    links.push(store(bytes))
  }
  const end = footers.finish()
  const footer = end && store(end)
  const file = concatLinks(footer ? [...links, footer] : links, put)
  const line = ({ cid, bytes, dagBytes }: (typeof links)[number], chunk: number) =>
    JSON.stringify({ table: 't', chunk, cid, bytes, dag_bytes: dagBytes, rows: 10 })
  const list = store(Buffer.from(`${links.map(line).join('\n')}\n`))
  const manifest = store(
    Buffer.from(
      JSON.stringify({
        manifest_version: 1,
        engine_version: ENGINE_VERSION,
        config_digest: digestOf(resolved),
        config: resolved,
        files: [
          {
            ...{
              table: 't',
              name: `t.${format}`,
              rows: 30,
              bytes: file.bytes,
              cid: file.cid,
              chunks: 3,
            },
            ...(footer ? { footer: { ...footer, dag_bytes: footer.dagBytes } } : {}),
          },
        ],
        chunks: { name: 'chunks.jsonl', cid: list.cid, bytes: list.bytes },
      }),
    ),
  )
  const root = directoryOf([{ name: 'manifest.json', link: manifest }], put)
  return {
    blocks,
    root: root.cid,
    manifest: manifest.cid,
    list: list.cid,
    first: links[0]?.cid ?? '',
  }
}

async function gatewayOf(t: TestContext, blocks: Map<string, Uint8Array>): Promise<string> {
  const server = createServer((request, response) => {
    const cid = /^\/ipfs\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''
    const block = blocks.get(cid)
    response.writeHead(block ? 200 : 404).end(block)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an output is verified by its root or its manifest, chunk by chunk', async (t) => {
  const output = await published()
  const gateway = await gatewayOf(t, output.blocks)
  for (const cid of [output.root, output.manifest]) {
    const found = await readManifest(cid, { gateway, apiKey: null })
    checkFiles(found)
    const { checked, mismatches } = await verifyChunks(found, {
      sample: 3,
      onChunk: () => undefined,
    })
    assert.deepEqual({ checked, mismatches }, { checked: 3, mismatches: [] })
  }
})

test('chunks of every text format, compressed ones too, are made again', async (t) => {
  for (const format of ['json', 'jsonl', 'sql'] as const) {
    for (const compression of [undefined, 'gzip', 'zstd'] as const) {
      const output = await published(format, compression)
      const gateway = await gatewayOf(t, output.blocks)
      const found = await readManifest(output.root, { gateway, apiKey: null })
      checkFiles(found)
      const all = { sample: 3, onChunk: () => undefined }
      assert.deepEqual(await verifyChunks(found, all), { checked: 3, of: 3, mismatches: [] })
    }
  }
})

test('the footer of a Parquet file is made again from its chunks', async (t) => {
  const output = await published('parquet')
  const gateway = await gatewayOf(t, output.blocks)
  const found = await readManifest(output.root, { gateway, apiKey: null })
  checkFiles(found)
  const all = { sample: 3, onChunk: () => undefined }
  assert.deepEqual((await verifyChunks(found, all)).mismatches, [])
  const [file] = found.manifest.files
  assert.ok(file?.footer)
  file.footer.cid = found.chunks[0]?.cid ?? ''
  assert.throws(() => checkFiles(found), /is not what its chunks add up to/)
  await assert.rejects(verifyChunks(found, all), /the footer of t\.parquet/)
})

test('a gateway that answers other bytes is found out', async (t) => {
  for (const what of ['root', 'manifest', 'list'] as const) {
    const output = await published()
    const other = await published()
    const block = Uint8Array.from(output.blocks.get(output[what]) ?? [])
    block[block.length - 2] = (block.at(-2) ?? 0) ^ 1
    other.blocks.set(output[what], block)
    const gateway = await gatewayOf(t, other.blocks)
    await assert.rejects(readManifest(output.root, { gateway, apiKey: null }))
  }
})

test('a chunk that is not what the config makes is named', async (t) => {
  const output = await published()
  const gateway = await gatewayOf(t, output.blocks)
  const found = await readManifest(output.root, { gateway, apiKey: null })
  const [first] = found.chunks
  assert.ok(first)
  first.cid = found.chunks[1]?.cid ?? ''
  assert.throws(() => checkFiles(found), /t\.csv is not what its chunks add up to/)
  const { mismatches } = await verifyChunks(found, { sample: 3, onChunk: () => undefined })
  assert.deepEqual(
    mismatches.map(({ chunk, found: made }) => [chunk, made]),
    [[0, output.first]],
  )
})
