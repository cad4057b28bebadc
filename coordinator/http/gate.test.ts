import assert from 'node:assert/strict'
import test from 'node:test'
import { createGate } from './gate.ts'

const busy = { code: 'unavailable', message: 'busy' }
const hold = () => Promise.withResolvers<string>()
const stays = { signal: new AbortController().signal }

test('a bounded number runs, the next ones in their order, one too many is refused', async () => {
  const gate = createGate({ max: 2, waitingMax: 2, waitMs: 60_000, busy: 'busy' })
  const works = [hold(), hold(), hold(), hold()]
  const begun: number[] = []
  const answers = works.map(({ promise }, n) =>
    gate(() => {
      begun.push(n)
      return promise
    }, stays),
  )
  await assert.rejects(
    gate(async () => 'never', stays),
    busy,
  )
  assert.deepEqual(begun, [0, 1])
  works[1]?.reject(new Error('failed'))
  await assert.rejects(answers[1] as Promise<string>, /failed/)
  assert.deepEqual(begun, [0, 1, 2])
  for (const [n, work] of works.entries()) if (n !== 1) work.resolve(`done ${n}`)
  assert.deepEqual(await Promise.all([answers[0], answers[2], answers[3]]), [
    'done 0',
    'done 2',
    'done 3',
  ])
  assert.equal(await gate(async () => 'free again', stays), 'free again')
})

test('who gets no turn in time is refused, and takes no place', async () => {
  const gate = createGate({ max: 1, waitingMax: 5, waitMs: 5, busy: 'busy' })
  const { promise, resolve } = hold()
  const first = gate(() => promise, stays)
  await assert.rejects(
    gate(async () => 'never', stays),
    busy,
  )
  resolve('done')
  assert.equal(await first, 'done')
  assert.equal(await gate(async () => 'next', stays), 'next')
})

test('who goes while waiting is forgotten', async () => {
  const gate = createGate({ max: 1, waitingMax: 1, waitMs: 60_000, busy: 'busy' })
  const { promise, resolve } = hold()
  const first = gate(() => promise, stays)
  const caller = new AbortController()
  const second = gate(async () => 'never', caller)
  caller.abort()
  await assert.rejects(second, { code: 'cancelled' })
  const third = gate(async () => 'third', stays)
  resolve('first')
  assert.deepEqual(await Promise.all([first, third]), ['first', 'third'])
})

test('a turn that comes as its caller goes is the next one’s', async () => {
  const gate = createGate({ max: 1, waitingMax: 2, waitMs: 60_000, busy: 'busy' })
  const { promise, resolve } = hold()
  const first = gate(() => promise, stays)
  const caller = new AbortController()
  const gone = assert.rejects(
    gate(async () => 'never', caller),
    { code: 'cancelled' },
  )
  const third = gate(async () => 'third', stays)
  resolve('first')
  await Promise.resolve()
  caller.abort()
  assert.deepEqual(await Promise.all([first, third, gone]), ['first', 'third', undefined])
  assert.equal(await gate(async () => 'free', stays), 'free')
})
