import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { civilOf, dateText, datetimeText, daysOf, parseDate, parseDatetime } from './calendar.ts'
import {
  decimalText,
  divideLifted,
  divideRounded,
  multiplyRounded,
  roundHalfAway,
  roundTo,
  scaledOf,
} from './decimal.ts'
import { excessOverLog1p, exp, log, log1p, pow } from './elementary.ts'
import { inversePhi, phi } from './normal.ts'

/** Distance in units of the last place of the expected value. */
function ulps(got: number, expected: number): number {
  if (got === expected) return 0
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, Math.abs(expected))
  bits.setBigUint64(0, bits.getBigUint64(0) + 1n)
  return Math.abs(got - expected) / (bits.getFloat64(0) - Math.abs(expected))
}

/** A repeatable spread of numbers from low to high. */
function spread(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => low + (high - low) * ((k * 0.618034) % 1))
}

function digest(values: number[]): string {
  return createHash('sha256')
    .update(new Uint8Array(Float64Array.from(values).buffer))
    .digest('hex')
    .slice(0, 16)
}

test('exp, log and pow stay within a few units of the last place', () => {
  const worst = (list: number[], own: (x: number) => number, reference: (x: number) => number) =>
    Math.max(...list.map((x) => ulps(own(x), reference(x))))
  assert.ok(worst(spread(-700, 700, 20_000), exp, Math.exp) <= 2)
  assert.ok(worst(spread(-1, 1, 20_000), exp, Math.exp) <= 2)
  assert.ok(worst(spread(1e-6, 4, 20_000), log, Math.log) <= 2)
  assert.ok(worst(spread(1, 1e18, 20_000), log, Math.log) <= 2)
  assert.ok(
    worst(
      spread(0.01, 50, 5000),
      (x) => pow(x, 1.7),
      (x) => x ** 1.7,
    ) <= 16,
  )
  assert.ok(
    worst(
      spread(0.01, 50, 5000),
      (x) => pow(x, 5),
      (x) => x ** 5,
    ) <= 4,
  )
})

test('exp, log and pow at their edges', () => {
  assert.deepEqual([exp(0), exp(-800), exp(800)], [1, 0, Number.POSITIVE_INFINITY])
  assert.deepEqual([log(1), log(0), log(-1)], [0, Number.NEGATIVE_INFINITY, Number.NaN])
  assert.ok(ulps(log(5e-324), -744.4400719213812) <= 1)
  assert.ok(ulps(exp(-720), 2.0e-313) >= 0)
  assert.deepEqual(
    [pow(0, 0), pow(2, 10), pow(9, 0.5), pow(-8, 3), pow(2, -2)],
    [1, 1024, 3, -512, 0.25],
  )
  assert.ok(Number.isNaN(pow(-1, 0.3)))
})

test('elementary functions give the recorded bits', () => {
  const list = spread(-20, 20, 4096)
  assert.equal(digest(list.map(exp)), '730d202b5c20c2a6')
  assert.equal(digest(list.map((x) => log(Math.abs(x) + 1e-9))), 'ed1c80b07ebabe2c')
  assert.equal(digest(list.map((x) => pow(Math.abs(x), 2.5))), 'b10642c14ad45a24')
  assert.equal(digest(list.map((x) => phi(x / 3))), '6bcd36841e894286')
  assert.equal(digest(spread(1e-12, 1 - 1e-12, 4096).map(inversePhi)), 'a1ff314418ee4c6d')
})

test('elementary functions give the recorded bits at all magnitudes', () => {
  const ofPower = (exponent: number): number => 1.37 * 2 ** Math.round(exponent)
  assert.equal(digest(spread(-750, 720, 4096).map(exp)), '5e6b3fb50cd0b75f')
  assert.equal(digest(spread(-1074, 1023, 4096).map((x) => log(ofPower(x)))), '6554ef49b9dc604c')
  const small = spread(-0.29, 0.41, 4096).flatMap((x) => [log1p(x), excessOverLog1p(x)])
  assert.equal(digest(small), 'd8d7a665c279cf65')
  const tails = spread(-1022, -1, 4096).map((x) => inversePhi(ofPower(x)))
  assert.equal(digest(tails), '89dd7ee63107c722')
})

test('Phi and its inverse', () => {
  assert.equal(phi(0), 0.5)
  assert.ok(ulps(phi(1), 0.8413447460685429) <= 4)
  assert.ok(ulps(phi(-6), 9.865876450376981e-10) <= 64)
  assert.ok(ulps(inversePhi(0.975), 1.959963984540054) <= 4)
  for (const p of [1e-300, 1e-20, 1e-9, 0.001, 0.02, 0.07, 0.08, 0.3, 0.6, 0.93, 0.99]) {
    assert.ok(Math.abs(phi(inversePhi(p)) / p - 1) < 1e-12, `${p}`)
  }
})

test('dates agree with the calendar of the language over four thousand years', () => {
  const day = fc.integer({ min: -700_000, max: 2_900_000 })
  fc.assert(
    fc.property(day, (days) => {
      assert.equal(dateText(days), new Date(days * 86_400_000).toISOString().slice(0, 10))
      assert.equal(daysOf(civilOf(days)), days)
      assert.equal(parseDate(dateText(days)), days)
    }),
  )
  assert.equal(datetimeText(-1), '1969-12-31T23:59:59Z')
  assert.equal(parseDatetime('1969-12-31T23:59:59Z'), -1)
  assert.equal(parseDate('2023-02-29'), null)
  assert.equal(parseDatetime('2023-02-28T24:00:00Z'), null)
})

function exactQuotient(a: bigint, b: bigint): bigint {
  const [n, d] = [a < 0n ? -a : a, b < 0n ? -b : b]
  const quotient = (2n * n + d) / (2n * d)
  return a < 0n === b < 0n ? quotient : -quotient
}

test('rounded products and quotients are exact', () => {
  const whole = fc.maxSafeInteger()
  fc.assert(
    fc.property(
      whole,
      whole.filter((b) => b !== 0),
      fc.integer({ min: 0, max: 12 }),
      (a, b, k) => {
        assert.equal(divideRounded(a, b) + 0, Number(exactQuotient(BigInt(a), BigInt(b))))
        const scaled = exactQuotient(BigInt(a) * BigInt(b), 10n ** BigInt(k))
        assert.equal(multiplyRounded(a, b, k) + 0, Number(scaled))
        const lifted = exactQuotient(BigInt(a) * 10n ** BigInt(k), BigInt(b))
        assert.equal(divideLifted(a, b, k) + 0, Number(lifted))
      },
    ),
  )
})

test('decimals as written', () => {
  assert.equal(scaledOf(1.005, 2), 101)
  assert.equal(scaledOf(-1.005, 2), -101)
  assert.equal(scaledOf(1e-7, 2), 0)
  assert.equal(scaledOf(0.1, 3), 100)
  assert.equal(decimalText(-5, 2), '-0.05')
  assert.equal(decimalText(1234, 0), '1234')
  assert.deepEqual([0.5, -0.5, 1.5, 0.49999999999999994].map(roundHalfAway), [1, -1, 2, 0])
  assert.deepEqual([-0.3, -0, Infinity, NaN].map(roundHalfAway), [-0, -0, Infinity, NaN])
  assert.equal(roundTo(2.345, 1), 2.3)
})
