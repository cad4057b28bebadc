import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import ort from 'onnxruntime-node'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { GRID_ROWS } from './argn/sampler.ts'
import { openModel } from './model.ts'
import type { Algorithm } from './model-file.ts'
import { decodeTensorFile, encodeTensorFile, SAMPLING_GRAPH } from './tensor-file.ts'
import { trainModel } from './train.ts'

const ROWS = 600
const field = (name: string, type: Field['type'], semantic: Field['semantic'] = null): Field => {
  return { name, type, semantic, decimals: 0, layout: null, zone: null }
}

const columns: Column[] = [
  {
    kind: 'text',
    field: field('email', 'text', 'email'),
    values: Array.from({ length: ROWS }, (_, i) => `secret${i}@mail.example`),
  },
  {
    kind: 'category',
    field: field('plan', 'category'),
    levels: ['free', 'paid'],
    codes: Int32Array.from({ length: ROWS }, (_, i) => i % 2),
  },
  {
    kind: 'number',
    field: field('age', 'integer'),
    values: Float64Array.from({ length: ROWS }, (_, i) => {
      if (i % 40 < 2) return 26
      return i % 2 === 0 ? 20 + (i % 7) : 60 + (i % 5)
    }),
  },
]
const table: Table = { name: 'people', rows: ROWS, columns }

const train = (algorithm: Algorithm = 'argn') =>
  trainModel(
    table,
    {
      algorithm,
      seed: 5,
      options: algorithm === 'gaussian_copula' ? {} : { epochs: 4 },
      ruleFor: (column) => ({ type: column.field.semantic ?? 'word' }),
    },
    { signal: new AbortController().signal },
  )

const file = await train()
const copulaFile = await train('gaussian_copula')

test('the same data, options and seed give the same file, and a personal value is nowhere in it', async () => {
  assert.deepEqual(await train(), file)
  for (const trained of [file, copulaFile])
    for (const personal of ['secret', 'mail.example'])
      assert.ok(!Buffer.from(trained).includes(personal))
})

test('an opened model says what it is and samples', async () => {
  const model = openModel(file)
  assert.equal(model.algorithm, 'argn')
  assert.match(model.digest, /^[0-9a-f]{64}$/)
  assert.deepEqual(
    model.columns.map(({ kind, field: { name } }) => [kind, name]),
    [
      ['generated', 'email'],
      ['category', 'plan'],
      ['numeric', 'age'],
    ],
  )
  assert.equal(model.provenance.rows, ROWS)
  assert.equal(model.provenance.history.length, 4)
  const sampler = await model.createSampler({ seed: 1 })
  const [plans, ages] = await sampler.sample({ from: 0, to: 100 }, {})
  assert.equal(plans?.length, 100)
  assert.ok(ages?.every((age) => age >= 20 && age <= 64))
  await sampler.release()
})

test('tensors of every type come back as they were', () => {
  const tensors = new Map([
    ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 3) }],
    ['doubles', { shape: [2, 1], values: Float64Array.of(Math.PI, -0) }],
    ['floats', { shape: [1, 2], values: Float32Array.of(1.5, 2.5) }],
    ['ints', { shape: [1], values: Int32Array.of(-7) }],
    ['longs', { shape: [1], values: BigInt64Array.of(-(2n ** 62n)) }],
    ['none', { shape: [0, 4], values: new Float32Array(0) }],
    ['words', { shape: [], values: Uint32Array.of(4_294_967_295) }],
  ])
  const encoded = encodeTensorFile({ metadata: { a: 'b' }, tensors })
  const decoded = decodeTensorFile(encoded)
  assert.deepEqual(new Map([...decoded.tensors].sort(([a], [b]) => (a < b ? -1 : 1))), tensors)
  assert.deepEqual({ ...decoded.metadata }, { a: 'b' })
  // As a part of a larger buffer, the way files are read.
  const read = Buffer.concat([Buffer.from('before'), encoded, Buffer.from('behind')])
  const part = decodeTensorFile(read.subarray(6, 6 + encoded.length))
  assert.deepEqual(new Map([...part.tensors].sort(([a], [b]) => (a < b ? -1 : 1))), tensors)
  // In the file's memory, as far as it is aligned.
  for (const bytes of [encoded, read.subarray(6, 6 + encoded.length)]) {
    const shared = decodeTensorFile(bytes, { shared: true })
    assert.deepEqual(new Map([...shared.tensors].sort(([a], [b]) => (a < b ? -1 : 1))), tensors)
  }
  const inFile = decodeTensorFile(encoded, { shared: true }).tensors.get('doubles')
  assert.equal(inFile?.values.buffer, encoded.buffer)
})

test('the stored graph draws what the sampler draws, and the sampler never runs it', async () => {
  const { metadata, tensors } = decodeTensorFile(file)
  const graph = tensors.get(SAMPLING_GRAPH)
  assert.ok(graph)
  const sample = async (bytes: Uint8Array) => {
    const sampler = await openModel(bytes, 'not hashed').createSampler({ seed: 7 })
    const columns = await sampler.sample({ from: 0, to: GRID_ROWS }, {})
    await sampler.release()
    return columns
  }
  const [plans] = await sample(file)
  const session = await ort.InferenceSession.create(graph.values as Uint8Array)
  const bits = new Uint32Array(2 * GRID_ROWS)
  createKeystream(7, 2).fill(0, bits)
  const { tokens } = await session.run({ bits: new ort.Tensor('uint32', bits, [2, GRID_ROWS]) })
  assert.ok(tokens)
  const drawn = tokens.data as Int32Array
  assert.deepEqual(
    plans,
    drawn.filter((_, at) => at % 2 === 0),
  )
  const hostile = new Map(tensors)
  hostile.set(SAMPLING_GRAPH, { shape: [3], values: Uint8Array.of(1, 2, 3) })
  assert.deepEqual(
    await sample(encodeTensorFile({ metadata, tensors: hostile })),
    await sample(file),
  )
})

test('a damaged copula is refused, or samples all the same', async () => {
  const sample = async (bytes: Uint8Array): Promise<void> => {
    const sampler = await openModel(bytes, 'not hashed').createSampler({ seed: 1 })
    await sampler.sample({ from: 0, to: 10 }, {})
  }
  await sample(copulaFile)
  await fc.assert(
    fc.asyncProperty(fc.nat(copulaFile.length - 1), fc.nat(255), async (at, byte) => {
      const damaged = Uint8Array.from(copulaFile)
      damaged[at] = byte
      try {
        await sample(damaged)
      } catch (error) {
        assert.ok((error as Error).name === 'AppError', String(error))
      }
    }),
    { numRuns: 300 },
  )
})

test('a file that was damaged anywhere is told by the digest of its contents', () => {
  const { metadata, tensors } = decodeTensorFile(file)
  const { sha256, ...earlier } = metadata
  assert.match(sha256 ?? '', /^[0-9a-f]{64}$/)
  const older = encodeTensorFile({ metadata: earlier, tensors })
  assert.equal(openModel(older).algorithm, 'argn')
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const damaged = Uint8Array.from(file)
      damaged[at] = (damaged[at] ?? 0) ^ bits
      assert.throws(() => openModel(damaged), { name: 'AppError' })
    }),
    { numRuns: 100 },
  )
})

test('damaged and hostile files are refused as such', () => {
  const refused = { code: 'invalid_request' }
  assert.throws(() => openModel(new Uint8Array(3)), refused)
  assert.throws(() => openModel(file.subarray(0, file.length - 1)), refused)
  const headers = [
    '[]',
    '{"a":1}',
    '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
    '{',
    'null',
  ]
  for (const header of headers) {
    const bytes = new Uint8Array(8 + header.length)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
    bytes.set(Buffer.from(header), 8)
    assert.throws(() => openModel(bytes), { name: 'AppError' })
  }
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Uint8Array.from(file)
      damaged[at] = byte
      try {
        openModel(damaged, 'not hashed')
      } catch (error) {
        assert.ok((error as Error).name === 'AppError', String(error))
      }
    }),
    { numRuns: 300 },
  )
})
