// Uploads are read by other threads: the caller's has nearly nothing to do, however large the file, and sends no more
// than the reader can take.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { partOf } from '#engine/dag/part.ts'
import { decodeModelFile, encodeModelFile, modelDigest } from '#engine/models/model-file.ts'
import { page, parquetFile } from '#engine/testing/parquet-file.ts'
import { peopleModel } from '#engine/testing/small-model.ts'
import { createUploadReaders } from './upload-readers.ts'

const MIB = 2 ** 20
const LINE = '"Miller, Ann",1977-05-04,"says ""no""",12.50,Hamburg\n'
const PIECE = Buffer.from(LINE.repeat(1_000))

async function withReaders(t: TestContext, options: { stillMs?: number } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-readers-'))
  const readers = createUploadReaders({ kind: 'folder', dir }, options)
  t.after(async () => {
    await readers.close()
    await rm(dir, { recursive: true, force: true })
  })
  return readers
}

const onRoot = (): void => undefined

/** A header, then the same lines again and again; `sent` counts bytes. */
async function* table(pieces: number, sent: { bytes: number } = { bytes: 0 }) {
  yield Buffer.from('name,born,note,price,city\n')
  for (let at = 0; at < pieces; at++) {
    sent.bytes += PIECE.length
    yield PIECE
  }
}

test('the thread of the caller does less than a quarter of the work', async (t) => {
  const readers = await withReaders(t)
  await readers.read(table(1), { onRoot })
  const [own, all] = [process.threadCpuUsage(), process.cpuUsage()]
  const { found, file } = await readers.read(table(200), { onRoot })
  const ownUsed = process.threadCpuUsage(own)
  const allUsed = process.cpuUsage(all)
  assert.equal(found.rows, 200_000)
  assert.equal(file.bytes, 26 + 200 * PIECE.length)
  assert.ok((ownUsed.user + ownUsed.system) * 4 < allUsed.user + allUsed.system)
})

/** A model with a tensor of this many bytes, in pieces. */
async function largeModel(bytes: number): Promise<Uint8Array[]> {
  const { tensors, ...model } = decodeModelFile(await peopleModel())
  const values = new Float32Array(bytes / 4)
  const all = new Map([...tensors, ['large', { shape: [values.length], values }] as const])
  const file = encodeModelFile({ ...model, tensors: all })
  return Array.from({ length: Math.ceil(file.length / MIB) }, (_, at) =>
    file.subarray(at * MIB, (at + 1) * MIB),
  )
}

async function* inTurn(pieces: readonly Uint8Array[]) {
  yield* pieces
}

test('a model is checked, hashed and stored by another thread', async (t) => {
  const readers = await withReaders(t)
  const pieces = await largeModel(64 * MIB)
  const [own, all] = [process.threadCpuUsage(), process.cpuUsage()]
  const { file, algorithm } = await readers.readModel(inTurn(pieces), {})
  const ownUsed = process.threadCpuUsage(own)
  const allUsed = process.cpuUsage(all)
  const whole = Buffer.concat(pieces)
  assert.deepEqual(
    [file.cid, file.bytes, file.sha256, algorithm],
    [partOf(whole).link.cid, whole.length, modelDigest(whole), 'gaussian_copula'],
  )
  assert.ok((ownUsed.user + ownUsed.system) * 3 < allUsed.user + allUsed.system)
  const cut = inTurn([...pieces.slice(0, -1), Buffer.from('?')])
  await assert.rejects(readers.readModel(cut, {}), { code: 'invalid_request' })
  const { found } = await readers.read(table(1), { onRoot })
  assert.equal(found.rows, 1_000)
})

test('no more is taken from the source than the reader is behind', async (t) => {
  const readers = await withReaders(t)
  const sent = { bytes: 0 }
  const reading = readers.read(table(10_000, sent), { onRoot, limits: { bytesMax: MIB } })
  await assert.rejects(reading, { code: 'payload_too_large' })
  assert.ok(sent.bytes < 5 * MIB, `${sent.bytes} bytes`)
})

test('a file that is broken, a source that fails and a caller that leaves end one upload alone', async (t) => {
  const readers = await withReaders(t)
  async function* broken() {
    yield Buffer.from('a,b\n1,"2\n')
  }
  await assert.rejects(readers.read(broken(), { onRoot }), (error: Error) => {
    const { code, problems } = error as Error & { code: string; problems: { hint: string }[] }
    return code === 'invalid_request' && problems[0]?.hint !== undefined
  })
  async function* failing() {
    yield PIECE
    throw new Error('the line went dead')
  }
  await assert.rejects(readers.read(failing(), { onRoot }), /the line went dead/)
  const leaving = new AbortController()
  async function* left() {
    yield* table(3)
    leaving.abort(new Error('gone'))
    yield* table(3)
  }
  await assert.rejects(readers.read(left(), { onRoot, signal: leaving.signal }), /gone/)
  const [one, two] = await Promise.all([
    readers.read(table(2), { onRoot }),
    readers.read(table(3), { onRoot }),
  ])
  assert.deepEqual([one.found.rows, two.found.rows], [2_000, 3_000])
})

test('a file that lies about its lengths ends one upload alone', async (t) => {
  const readers = await withReaders(t)
  const levels = Buffer.from([6, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x08, 0x01])
  const chunk = page({ body: Buffer.concat([levels, Buffer.alloc(12)]), values: 3 })
  const file = parquetFile({ rows: 3, optional: true, chunk })
  await assert.rejects(readers.read(inTurn([file]), { onRoot }), { code: 'invalid_request' })
  const roots: string[] = []
  const honest = parquetFile({ rows: 3, chunk: page({ body: Buffer.alloc(12), values: 3 }) })
  const noted = { onRoot: (cid: string) => void roots.push(cid) }
  const { file: stored } = await readers.read(inTurn([honest]), noted)
  assert.deepEqual(roots, [stored.cid], 'what is read once more is safe from the sweep')
  assert.equal((await readers.read(table(1), { onRoot })).found.rows, 1_000)
})

test('a reader that stands still is given up, a sender that is slow is waited for', async (t) => {
  const hasty = await withReaders(t, { stillMs: 4 })
  const busy = hasty.read(table(200), { onRoot })
  await assert.rejects(busy, { code: 'payload_too_large' })
  const patient = await withReaders(t, { stillMs: 1_500 })
  async function* slow() {
    yield* table(1)
    await delay(1_800)
    yield PIECE
  }
  await patient.read(table(1), { onRoot })
  assert.equal((await patient.read(slow(), { onRoot })).found.rows, 2_000)
})
