import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { explain, mismatch, type Need, place, refusal, type WorkerView } from './placement.ts'

const worker = (more: Partial<WorkerView>): WorkerView => ({
  id: 'w',
  region: 'us-east',
  trust: 'trusted',
  engineVersion: '1',
  gpus: 0,
  runtimeClass: '',
  slots: 2,
  busy: 0,
  trainings: 0,
  draining: false,
  suspect: false,
  rowsPerSecond: null,
  ...more,
})
const need = (more: Partial<Need> = {}): Need => ({
  regions: [],
  engineVersion: '1',
  gpu: false,
  trustedOnly: false,
  training: false,
  except: new Set(),
  ...more,
})

test('the most idle worker takes it, then the fastest', () => {
  const workers = [
    worker({ id: 'half', busy: 1 }),
    worker({ id: 'slow', rowsPerSecond: 10 }),
    worker({ id: 'fast', rowsPerSecond: 20 }),
  ]
  assert.deepEqual(place(need(), workers), { workerId: 'fast' })
})

test('a worker that failed on it gets it only when no other can', () => {
  const workers = [worker({ id: 'failed' }), worker({ id: 'busier', busy: 1 })]
  const avoid = new Set(['failed'])
  assert.deepEqual(place(need({ avoid }), workers), { workerId: 'busier' })
  assert.deepEqual(place(need({ avoid }), workers.slice(0, 1)), { workerId: 'failed' })
})

test('regions, engine, GPU, trust, room and state are hard limits', () => {
  const cases: [Partial<Need>, Partial<WorkerView>, RegExp][] = [
    [{ regions: ['eu-central'] }, {}, /is in us-east, not in eu-central/],
    [{ engineVersion: '2' }, {}, /runs engine 1, the job needs 2/],
    [{ gpu: true }, {}, /has no GPU/],
    [{ trustedOnly: true }, { trust: 'community' }, /not trusted/],
    [{}, { busy: 2 }, /no free slot/],
    [{}, { draining: true }, /draining/],
    [{}, { suspect: true }, /silent/],
    [{ except: new Set(['w']) }, {}, /has it already/],
  ]
  for (const [wanted, has, reason] of cases) {
    const placement = place(need(wanted), [worker(has)])
    assert.match('reason' in placement ? placement.reason : '', reason)
  }
})

test('the reason counts workers, so that one sentence explains a thousand', () => {
  const workers = [worker({ busy: 2 }), worker({ busy: 2 }), worker({ region: 'us-west' })]
  assert.equal(
    explain(need({ regions: ['us-east'] }), workers),
    'No worker fits: 2 has no free slot; 1 is in us-west, not in us-east.',
  )
  assert.equal(explain(need(), []), 'No worker is connected.')
})

test('whoever is placed could take it, and whoever can never take it is refused', () => {
  const anyWorker = fc.record({
    id: fc.uuid(),
    region: fc.constantFrom('us-east', 'us-west'),
    trust: fc.constantFrom('trusted' as const, 'community' as const),
    engineVersion: fc.constantFrom('1', '2'),
    gpus: fc.integer({ min: 0, max: 1 }),
    runtimeClass: fc.constantFrom('a', 'b'),
    slots: fc.integer({ min: 1, max: 4 }),
    busy: fc.integer({ min: 0, max: 4 }),
    draining: fc.boolean(),
    suspect: fc.boolean(),
    trainings: fc.nat(4),
    rowsPerSecond: fc.option(fc.double({ min: 1, max: 10, noNaN: true })),
  })
  const anyNeed = fc.record({
    regions: fc.subarray(['us-east', 'us-west']),
    engineVersion: fc.constantFrom('1', '2'),
    gpu: fc.boolean(),
    trustedOnly: fc.boolean(),
    runtimeClass: fc.constantFrom('a', null),
    strictClass: fc.boolean(),
    training: fc.boolean(),
    except: fc.constant(new Set<string>()),
  })
  fc.assert(
    fc.property(anyNeed, fc.array(anyWorker, { maxLength: 6 }), (wanted, workers) => {
      const placement = place(wanted, workers)
      const able = workers.filter((candidate) => refusal(wanted, candidate) === null)
      assert.equal('workerId' in placement, able.length > 0)
      if ('workerId' in placement)
        assert.ok(able.some(({ id, busy, slots }) => id === placement.workerId && busy < slots))
      for (const candidate of workers)
        if (mismatch(wanted, candidate)) assert.notEqual(refusal(wanted, candidate), null)
    }),
  )
})

test('rows of a model go on in the class of the first of them, while somebody of it is free', () => {
  const workers = [
    worker({ id: 'other', runtimeClass: 'avx512f' }),
    worker({ id: 'same', runtimeClass: 'avx2', busy: 1 }),
  ]
  const wanted = need({ runtimeClass: 'avx2' })
  assert.deepEqual(place(wanted, workers), { workerId: 'same' })
  assert.deepEqual(place(need({ runtimeClass: null }), workers), { workerId: 'other' })
  const full = workers.map((one) => ({ ...one, busy: one.id === 'same' ? 2 : 0 }))
  assert.deepEqual(place(wanted, full), { workerId: 'other' })
  const avoid = new Set(['same'])
  assert.deepEqual(place({ ...wanted, avoid }, workers), { workerId: 'other' })
})

test('rows of a strict job wait for their class, and say so', () => {
  const workers = [
    worker({ id: 'other', runtimeClass: 'avx512f' }),
    worker({ id: 'same', runtimeClass: 'avx2', busy: 2 }),
  ]
  const wanted = need({ runtimeClass: 'avx2', strictClass: true })
  const reason =
    "No worker fits: 1 has the runtime class avx512f, the job's rows keep to avx2; 1 has no free slot."
  assert.deepEqual(place(wanted, workers), { reason })
  assert.deepEqual(place({ ...wanted, runtimeClass: null }, workers), { workerId: 'other' })
  assert.equal(mismatch(wanted, worker({ runtimeClass: 'avx2' })), null)
})

test('trainings leave a slot of each worker that has several to rows, and take a GPU first', () => {
  const training = need({ training: true })
  const full = worker({ slots: 3, busy: 2, trainings: 2 })
  assert.match(refusal(training, full) ?? '', /trains as many models/)
  assert.equal(refusal(need(), full), null)
  assert.equal(refusal(training, worker({ slots: 3, busy: 2, trainings: 1 })), null)
  assert.equal(refusal(training, worker({ slots: 1 })), null)
  assert.notEqual(refusal(training, worker({ slots: 1, busy: 1, trainings: 1 })), null)
  const workers = [worker({ id: 'idle' }), worker({ id: 'gpu', gpus: 1, busy: 1 })]
  assert.deepEqual(place(training, workers), { workerId: 'gpu' })
  assert.deepEqual(place(need(), workers), { workerId: 'idle' })
})
