// Parquet and Arrow that mean harm: whatever their lengths say, they are read for what they are or refused in bounded
// time and memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { AppError } from '#engine/errors.ts'
import { openDataset } from '#engine/library.ts'
import { createSeededRandom, type SeededRandom } from '#engine/random/seeded-random.ts'
import {
  CODEC,
  ENCODING,
  footed,
  int,
  list,
  page,
  parquetFile,
  raw,
  struct,
  TYPE,
} from '#engine/testing/parquet-file.ts'
import { bufferFile } from '#engine/testing/uploads.ts'
import { type Inferred, inferFields } from './infer-fields.ts'
import type { IngestLimits } from './limits.ts'
import { readRecords } from './read-records.ts'

const inferred = async (file: Uint8Array, limits: Partial<IngestLimits> = {}): Promise<Inferred> =>
  inferFields(await readRecords(bufferFile(file), { limits }))

/** The code that it is refused with. */
async function refused(file: Uint8Array, limits: Partial<IngestLimits> = {}): Promise<string> {
  const error = await inferred(file, limits).then(
    ({ rows }) => assert.fail(`${rows} rows were read`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof AppError, String(error))
  assert.ok(error.problems[0]?.hint)
  return error.code
}

const ints = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer)
const repeated = (value: string, times: number): Buffer => Buffer.alloc(times * value.length, value)
/** A varint of five bytes. */
const RUN_OF_2_30 = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x08, 0x01])
const behindLength = (bytes: Buffer): Buffer => Buffer.concat([ints(bytes.length), bytes])

test('Parquet: a file that says what it has is read', async () => {
  const chunk = page({ body: ints(1, 2, 3), values: 3 })
  const { rows, columns } = await inferred(parquetFile({ rows: 3, chunk }))
  assert.deepEqual([rows, columns[0]?.field.type], [3, 'integer'])
  assert.equal((await inferred(parquetFile({ rows: 0, chunk: Buffer.alloc(0) }))).rows, 0)
})

test('Parquet: pages that say more than they have', async () => {
  const body = ints(1, 2, 3)
  const files = [
    parquetFile({ rows: 4, chunk: page({ body, values: 3 }) }),
    parquetFile({ rows: 2, chunk: page({ body, values: 3 }) }),
    parquetFile({ rows: 3, chunk: page({ body, values: 2 ** 31 - 1 }) }),
    parquetFile({ rows: 3, chunk: page({ body, values: -3 }) }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3, packed: 2 ** 30 }) }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3, packed: -1 }) }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3, unpacked: -1 }), codec: CODEC.SNAPPY }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3 }), offset: 2 ** 40 }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3 }), offset: -5 }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3 }), length: -1 }),
    parquetFile({ rows: 3, chunk: page({ body, values: 3 }), length: 1000 }),
    parquetFile({ rows: -3, chunk: page({ body, values: 3 }) }),
    parquetFile({
      rows: 3,
      chunk: page({ body: ints(2 ** 30), values: 3 }),
      type: TYPE.BYTE_ARRAY,
    }),
  ]
  for (const [at, file] of files.entries())
    assert.equal(await refused(file), 'invalid_request', `file ${at}`)
})

test('Parquet: runs of a billion levels and codes', async () => {
  const levels = Buffer.concat([behindLength(RUN_OF_2_30), ints(1, 2, 3)])
  const optional = parquetFile({
    rows: 3,
    optional: true,
    chunk: page({ body: levels, values: 3 }),
  })
  assert.equal(await refused(optional), 'invalid_request')
  const codes = Buffer.concat([Buffer.from([1]), RUN_OF_2_30])
  const chunk = page({ body: codes, values: 3, encoding: ENCODING.DICTIONARY })
  assert.equal(await refused(parquetFile({ rows: 3, chunk })), 'invalid_request')
})

test('Parquet: differences of integers without end, and texts that repeat each other', async () => {
  const head = Buffer.from([0x80, 0x01, 0x04, 0x03])
  const endless = Buffer.concat([head, Buffer.alloc(2 ** 20, 0xff)])
  const long = page({ body: endless, values: 3, encoding: ENCODING.DELTA })
  assert.equal(
    await refused(parquetFile({ rows: 3, chunk: long, type: TYPE.INT64 })),
    'invalid_request',
  )
  // A thousand texts share a thousand bytes each, and add none.
  const shared = Buffer.from([0x80, 0x08, 0x01, 0xe8, 0x07, 0x00, 0xd0, 0x0f, 0x00])
  const zeros = Buffer.from([0x80, 0x08, 0x01, 0xe8, 0x07, 0x00, 0x00, 0x00])
  const body = Buffer.concat([shared, zeros])
  const chunk = page({ body, values: 1000, encoding: ENCODING.DELTA_BYTES })
  const file = parquetFile({ rows: 1000, chunk, type: TYPE.BYTE_ARRAY })
  assert.equal(await refused(file), 'invalid_request')
})

test('Parquet: pages that inflate a thousandfold, columns that share a page, rows out of nothing', async () => {
  const zeros = Buffer.alloc(2 ** 21)
  const packed = zstdCompressSync(zeros)
  assert.ok(packed.length * 1000 < zeros.length)
  const rows = zeros.length / 4
  const chunk = page({ body: packed, values: rows, unpacked: zeros.length })
  const spec = { rows, chunk, codec: CODEC.ZSTD }
  assert.equal(await refused(parquetFile(spec), { blockBytesMax: 2 ** 20 }), 'payload_too_large')
  const lying = page({ body: packed, values: 3, unpacked: 12 })
  assert.equal(await refused(parquetFile({ ...spec, rows: 3, chunk: lying })), 'invalid_request')
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`)
  const shared = parquetFile({ ...spec, names, groups: 20 })
  assert.equal(await refused(shared, { unpackFreeBytes: 2 ** 22 }), 'payload_too_large')
  const run = Buffer.concat([behindLength(Buffer.from([0x80, 0x80, 0x40, 0x00]))])
  const nulls = page({ body: run, values: 2 ** 19 })
  const empty = parquetFile({ rows: 2 ** 19, chunk: nulls, optional: true, groups: 60 })
  assert.equal(await refused(empty, { unpackFreeBytes: 2 ** 20 }), 'payload_too_large')
})

test('Parquet: footers without end, without bottom, of too many fields', async () => {
  const none = Buffer.alloc(0)
  const endless = Buffer.alloc(2 ** 20, 0xff)
  const deep = Buffer.concat([Buffer.alloc(2 ** 20, 0x1c), Buffer.alloc(2 ** 20)])
  const named = raw(8, Buffer.from([1, 97]))
  const element = struct({ 4: named, 5: int(1) })
  const files = [
    footed(none, { 1: raw(6, endless) }),
    footed(none, { 1: raw(12, deep) }),
    footed(none, { 1: raw(9, Buffer.from([0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f])) }),
    footed(none, { 1: raw(8, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])) }),
    footed(none, {
      1: int(1),
      2: list(12, [struct({ 4: named, 5: int(2 ** 30) })]),
      4: list(12, []),
    }),
  ]
  for (const [at, file] of files.entries())
    assert.equal(await refused(file), 'invalid_request', `file ${at}`)
  const within = footed(none, { 2: list(12, Array(300).fill(element)), 4: list(12, []) })
  assert.equal(await refused(within), 'payload_too_large')
  const many = footed(none, { 2: list(12, Array(30_000).fill(element)), 4: list(12, []) })
  assert.equal(await refused(many), 'payload_too_large')
  const whole = parquetFile({ rows: 1, chunk: page({ body: ints(1), values: 1 }) })
  const lengthAt = whole.length - 8
  for (const length of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    whole.writeUInt32LE(length, lengthAt)
    assert.equal(await refused(whole), 'invalid_request')
  }
  assert.equal(await refused(repeated('PAR1', 3)), 'invalid_request')
})

const COLUMNS = `[{name: no, type: int, rule: sequence}, {name: day, type: date, rule: {type: date, min: "1950-01-01", max: "2009-12-31"}},
  {name: ratio, type: float, rule: {type: normal, mean: 0, stddev: 3}, nullable: 0.2}, {name: mail, type: str, rule: email},
  {name: kind, type: str, rule: {type: choice, values: [new, old]}, nullable: 0.1}, {name: open, type: bool, rule: {type: boolean}}]`

async function generated(output: string): Promise<Buffer> {
  const config = `{seed: 5, rows: 60, output: ${output}, tables: [{name: t, columns: ${COLUMNS}}]}`
  return Buffer.concat(await Array.fromAsync((await openDataset(config)).table('t').bytes()))
}

/** Where the first of these bytes stand. */
const find = (file: Buffer, bytes: Buffer): number => {
  const at = file.indexOf(bytes)
  assert.ok(at >= 0)
  return at
}

const long = (value: number): Buffer => Buffer.from(BigInt64Array.of(BigInt(value)).buffer)

test('Arrow: lengths that nothing has, offsets that go back, batches that inflate', async () => {
  const table = tableFromArrays({ n: Int32Array.of(1, 2, 3), s: ['one', 'two', 'three'] })
  const stream = Buffer.from(tableToIPC(table, 'stream'))
  assert.equal((await inferred(stream)).rows, 3)
  const changed = (at: number, bytes: Buffer): Buffer =>
    Buffer.concat([stream.subarray(0, at), bytes, stream.subarray(at + bytes.length)])
  /** Of the batch: the length of its body, then rows and values of each node. */
  const rowsAt: number[] = []
  for (let at = stream.indexOf(long(3)); at >= 0; at = stream.indexOf(long(3), at + 1))
    rowsAt.push(at)
  assert.ok(rowsAt.length >= 3)
  let refusals = 0
  for (const at of rowsAt)
    for (const rows of [4, 2 ** 33, 2 ** 40, -1, 2 ** 62])
      await inferred(changed(at, long(rows))).then(
        (found) => assert.equal(found.rows, 3),
        (error: unknown) => {
          assert.ok(error instanceof AppError, String(error))
          refusals++
        },
      )
  assert.ok(refusals > rowsAt.length)
  const offsetsAt = find(stream, ints(0, 3, 6, 11))
  for (const offsets of [ints(0, 6, 3, 11), ints(0, 3, 6, 2 ** 30), ints(-9, 3, 6, 11)])
    assert.equal(await refused(changed(offsetsAt, offsets)), 'invalid_request')
  const zstd = await generated('{format: arrow, arrow: {container: stream, compression: zstd}}')
  assert.equal(await refused(zstd, { blockBytesMax: 300 }), 'payload_too_large')
  const head = Buffer.concat([ints(-1, 2 ** 30), Buffer.alloc(100)])
  assert.equal(await refused(head), 'invalid_request')
})

/** Some bytes of the file are others, or the file ends early. */
function damaged(file: Buffer, random: SeededRandom): Buffer {
  const bytes = Buffer.from(file)
  const inFooter = random.unit() < 0.4
  for (let n = random.below(8); n >= 0; n--) {
    const at = inFooter
      ? bytes.length - 1 - random.below(Math.min(600, bytes.length))
      : random.below(bytes.length)
    const kind = random.below(3)
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
    else if (kind === 1) bytes[at] = [0, 0x7f, 0x80, 0xff][random.below(4)] as number
    else bytes.fill(0xff, at, Math.min(at + 4, bytes.length))
  }
  return random.unit() < 0.05 ? bytes.subarray(0, random.below(bytes.length)) : bytes
}

const OUTPUTS = [
  '{format: parquet}',
  '{format: parquet, parquet: {compression: gzip}}',
  '{format: arrow}',
  '{format: arrow, arrow: {container: stream, compression: zstd}}',
]
const TRIALS = 150

/** Whose schema stands at its end alone. */
const SCHEMA_LAST = 'apache-arrow'
const schemaLast = (): Buffer =>
  Buffer.from(
    tableToIPC(
      tableFromArrays({
        n: Float64Array.from({ length: 60 }, (_, i) => i / 4),
        s: Array.from({ length: 60 }, (_, i) => `text ${i}`),
        k: Array.from({ length: 60 }, (_, i) => ['new', 'old'][i % 2]),
      }),
      'file',
    ),
  )

for (const output of [...OUTPUTS, SCHEMA_LAST])
  test(`damaged files of ${output} are read, or refused as such`, async () => {
    const file = output === SCHEMA_LAST ? schemaLast() : await generated(output)
    const random = createSeededRandom(7, output)
    let refusals = 0
    for (let trial = 0; trial < TRIALS; trial++)
      await inferred(damaged(file, random)).catch((error: unknown) => {
        assert.ok(error instanceof AppError, `trial ${trial}: ${(error as Error).stack}`)
        refusals++
      })
    assert.ok(refusals > TRIALS / 10 && refusals < TRIALS, `${refusals}`)
  })
