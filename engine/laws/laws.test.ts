import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { LawRule } from '#engine/config/types.ts'
import { expm1, log1p } from '#engine/math/elementary.ts'
import { betaDensity, betaTails } from '#engine/math/incomplete-beta.ts'
import { gammaDensity, gammaTails } from '#engine/math/incomplete-gamma.ts'
import { logGamma } from '#engine/math/log-gamma.ts'
import { paretoLaw, weibullLaw } from './closed-laws.ts'
import { drawOf, hasValues } from './draw.ts'
import type { Law } from './law.ts'
import { betaLaw, gammaLaw } from './smooth-laws.ts'

function near(got: number, expected: number, precision: number): void {
  assert.ok(Math.abs(got - expected) <= precision * Math.abs(expected), `${got}, not ${expected}`)
}

/** Computed with sixty digits: tails and density at ln x. */
const GAMMA_TAILS: [a: number, y: number, lower: number, upper: number, density: number][] = [
  [0.001, -700, 0.4968716148875312, 0.5031283851124688, 0.0004968716148875312],
  [0.001, -0.5, 0.9995512469036465, 0.0004487530963534832, 0.0005452808662689703],
  [0.5, -3, 0.2476587137015415, 0.7523412862984585, 0.11977359683455849],
  [0.5, 1.5, 0.9972455489125549, 0.0027544510874451082, 0.013513663243280913],
  [3, 0.5, 0.22930555388167562, 0.7706944461183244, 0.4309046464629585],
  [3, 3, 0.9999995784227123, 4.2157728770091717e-7, 7.666241385122368e-6],
  [3.7, -6, 1.4770983792466498e-11, 0.999999999985229, 5.462381922077619e-11],
  [50, 3.9, 0.48498914413368516, 0.5150108558663148, 2.8061317909385983],
  [50, 4.6, 0.9999999846089612, 1.539103874085403e-8, 7.909274535189632e-7],
  [1000, 6.9, 0.40734542097994, 0.59265457902006, 12.24185950382874],
  [1000, 6.7, 1.1543525085308278e-10, 0.9999999998845648, 2.2131843642094536e-8],
  [1000000.0, 13.8155, 0.49592104101919876, 0.5040789589808012, 398.92001268637756],
  [1000000.0, 13.82, 0.9999964909188886, 3.5090811113999293e-6, 0.01650938905604876],
  [1000000.0, 13.81, 1.8440810898810875e-8, 0.9999999815591891, 0.00010448603909565553],
]
const BETA_TAILS: [
  a: number,
  b: number,
  y: number,
  lower: number,
  upper: number,
  density: number,
][] = [
  [0.5, 0.5, -1, 0.41487852905222716, 0.5851214709477729, 0.2428303292265404],
  [2, 5, -1.5, 0.4013330360751384, 0.5986669639248616, 0.5440400279516464],
  [2, 5, -0.3, 0.9944982853811432, 0.005501714618856839, 0.07429548698129362],
  [0.001, 3, -5, 0.9964921026400082, 0.0035078973599917906, 0.000983121934272367],
  [5, 0.01, -0.001, 0.0472088647302139, 0.9527911352697861, 9.485506875085594],
  [5, 0.01, -1e-20, 0.35580543306860696, 0.6441945669313931, 6.441945669313932e17],
  [100, 200, -1.1, 0.4986605372469662, 0.5013394627530339, 4.877191116409105],
  [1000, 50, -0.05, 0.41391052049036664, 0.5860894795096333, 55.50738009050733],
  [3, 1000, -6, 0.4521558493621134, 0.5478441506378866, 0.6400356633424618],
]

test('incomplete gamma and beta functions have a dozen digits', () => {
  for (const [a, y, lower, upper, density] of GAMMA_TAILS) {
    const tails = gammaTails(a, y)
    near(tails.lower, lower, 3e-13)
    near(tails.upper, upper, 1e-11)
    near(gammaDensity(a, y), density, 3e-13)
  }
  for (const [a, b, y, lower, upper, density] of BETA_TAILS) {
    const tails = betaTails(a, b, y)
    near(tails.lower, lower, 3e-13)
    near(tails.upper, upper, 3e-13)
    near(betaDensity(a, b, y), density, 3e-13)
  }
  near(logGamma(0.001), 6.907178885383854, 1e-15)
  near(logGamma(0.5), Math.log(Math.PI) / 2, 1e-14)
  near(logGamma(1e6), 12_815_504.569147611, 1e-15)
})

test('ln(1 + x) and e^x - 1 keep the digits of small numbers', () => {
  for (const x of [1e-300, -1e-10, 1e-5, -0.2, -0.28, 0.3, 0.4, 0.42, -0.9, 5]) {
    near(log1p(x), Math.log1p(x), 4e-16)
    near(expm1(x), Math.expm1(x), 4e-15)
  }
})

/** The law, and for the upper tail of the beta law that of 1 - x: near 1 a number has no more digits. */
const LAWS: [name: string, law: Law, mirror?: Law][] = [
  ...[0.001, 0.1, 0.2, 0.5, 1, 3.7, 400, 1e6].map((shape): [string, Law] => [
    `gamma ${shape}`,
    gammaLaw(shape, 3),
  ]),
  ...(
    [
      [0.5, 0.5],
      [1, 1],
      [2, 5],
      [100, 200],
      [1000, 5],
      [1e6, 1e6],
    ] as const
  ).map(([a, b]): [string, Law, Law] => [`beta ${a} ${b}`, betaLaw(a, b), betaLaw(b, a)]),
  ...[0.1, 0.5, 1, 1.5, 20].map((shape): [string, Law] => [
    `weibull ${shape}`,
    weibullLaw(shape, 2),
  ]),
]

suite('quantiles are the inverse of the distribution function', () => {
  for (const [name, law, mirror] of LAWS) {
    test(name, () => {
      const tail = fc.tuple(
        fc.integer({ min: 1, max: 54 }),
        fc.double({ min: 1, max: 2, noNaN: true }),
      )
      fc.assert(
        fc.property(tail, ([exponent, mantissa]) => {
          const w = Math.min(mantissa * 2 ** -exponent, 0.5)
          const low = law.lowerQuantile(w)
          if (low > 1e-300) near(law.lower(low), w, 1e-9)
          const high = mirror ? mirror.lowerQuantile(w) : law.upperQuantile(w)
          near(mirror ? mirror.lower(high) : law.upper(high), w, 1e-9)
        }),
        { numRuns: 300 },
      )
    })
  }
  test('pareto', () => {
    const law = paretoLaw(3, 2)
    for (const w of [0.5, 0.1, 1e-5, 1e-15]) near(law.upper(law.upperQuantile(w)), w, 1e-13)
    for (const w of [0.5, 0.1, 1e-3]) near(law.lower(law.lowerQuantile(w)), w, 1e-12)
  })
})

const bounds = { min: null, max: null }
const RULES: LawRule[] = [
  { type: 'exponential', rate: 2, decimals: 3, ...bounds },
  { type: 'gamma', shape: 2.5, scale: 1, decimals: 3, ...bounds },
  { type: 'gamma', shape: 0.1, scale: 1, decimals: 3, min: 0.5, max: 90 },
  { type: 'beta', alpha: 2, beta: 0.3, decimals: 3, ...bounds },
  { type: 'beta', alpha: 2, beta: 5, decimals: 3, min: 0.9, max: null },
  { type: 'pareto', shape: 1.1, scale: 1, decimals: 3, ...bounds },
  { type: 'weibull', shape: 0.1, scale: 1, decimals: 3, ...bounds },
  { type: 'gamma', shape: 2.5, scale: 1, decimals: 3, min: 0.4, max: null },
  { type: 'poisson', mean: 4e8, min: 4e8, max: null },
  { type: 'poisson', mean: 4.5, ...bounds },
  { type: 'poisson', mean: 1e12, ...bounds },
  { type: 'poisson', mean: 3, min: 1e6, max: null },
  { type: 'binomial', n: 100, p: 0.2, ...bounds },
  { type: 'binomial', n: 1e12, p: 0.2, min: 2e11, max: null },
  { type: 'geometric', p: 0.001, min: 7, max: 9000 },
  { type: 'zipf', s: 1, n: 1e9, ...bounds },
  { type: 'zipf', s: 1.5, n: null, min: 1e5, max: null },
]

test('draws never fall as the uniform number rises, and stay within their bounds', () => {
  for (const rule of RULES) {
    const draw = drawOf(rule)
    let last = Number.NEGATIVE_INFINITY
    for (let k = 0; k < 20_000; k++) {
      const value = draw((k + 0.5) / 20_000)
      assert.ok(value >= last - 1e-12 * Math.abs(last), `${JSON.stringify(rule)}: ${last} ${value}`)
      last = value
    }
    for (const unit of [2 ** -53, 1 - 2 ** -53]) {
      const value = draw(unit)
      assert.ok(value >= (rule.min ?? 0) * (1 - 1e-12) && value <= (rule.max ?? 2 ** 53) * 1e20)
    }
  }
})

test('draws give the recorded bits', () => {
  const values = RULES.flatMap((rule) => {
    const draw = drawOf(rule)
    return Array.from({ length: 500 }, (_, k) => draw((k * 0.618034 + 1e-9) % 1))
  })
  const bytes = new Uint8Array(Float64Array.from(values).buffer)
  assert.equal(createHash('sha256').update(bytes).digest('hex').slice(0, 16), 'dd3d1e7d3c29fbfb')
})

test('a law without values between its bounds is told from one that has some', () => {
  const none: LawRule[] = [
    { type: 'beta', alpha: 2, beta: 5, decimals: 2, min: 1.5, max: null },
    { type: 'exponential', rate: 1, decimals: 2, min: 1000, max: null },
    { type: 'pareto', shape: 2, scale: 10, decimals: 2, min: null, max: 5 },
    { type: 'poisson', mean: 1e12, min: null, max: 9e11 },
    { type: 'poisson', mean: 0, min: 1, max: null },
    { type: 'binomial', n: 10, p: 0.5, min: 11, max: null },
    { type: 'binomial', n: 10, p: 1, min: null, max: 9 },
    { type: 'geometric', p: 0.5, min: null, max: 0 },
    { type: 'zipf', s: 2, n: 5, min: 5.2, max: 5.8 },
  ]
  for (const rule of none) assert.equal(hasValues(rule), false, JSON.stringify(rule))
  for (const rule of RULES) assert.equal(hasValues(rule), true, JSON.stringify(rule))
})
