import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readBytes, readCpu, readDuration, showBytes, showCpu, showDuration } from './units.ts'

test('amounts are read in the notations that people use', () => {
  const bytes: [unknown, number | null][] = [
    ['4Gi', 4 * 2 ** 30],
    ['4GiB', 4 * 2 ** 30],
    ['4GB', 4e9],
    ['4G', 4e9],
    ['4 GB', 4e9],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['512m', 512e6],
    [1024, 1024],
    ['0', null],
    ['-1Gi', null],
    ['4Xi', null],
    ['', null],
    [true, null],
    ['9e99', null],
  ]
  for (const [written, expected] of bytes)
    assert.equal(readBytes(written), expected, JSON.stringify(written))
  const cpus: [unknown, number | null][] = [
    [2, 2_000],
    [0.5, 500],
    ['500m', 500],
    ['2', 2_000],
    ['2.5', 2_500],
    ['0', null],
    ['2 cores', null],
    [Number.NaN, null],
  ]
  for (const [written, expected] of cpus)
    assert.equal(readCpu(written), expected, JSON.stringify(written))
  const times: [unknown, number | null][] = [
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['500ms', 500],
    [3600, 3_600_000],
    [0, 0],
    ['1d', 86_400_000],
    ['1 hour', null],
    ['-5s', null],
    [-5, null],
    ['h', null],
  ]
  for (const [written, expected] of times)
    assert.equal(readDuration(written), expected, JSON.stringify(written))
})

test('what is shown is read back as the same amount', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (amount) => {
      assert.equal(readBytes(showBytes(amount)), amount)
      assert.equal(readCpu(showCpu(amount)), amount)
      assert.equal(readDuration(showDuration(amount)), amount)
    }),
  )
  assert.deepEqual(
    [showBytes(4 * 2 ** 30), showBytes(4e9), showCpu(2_000), showCpu(500)],
    ['4Gi', '3906250Ki', '2', '500m'],
  )
  assert.deepEqual(
    [showDuration(3_600_000), showDuration(90_000), showDuration(0)],
    ['1h', '90s', '0s'],
  )
})
