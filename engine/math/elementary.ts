// exp, log and pow from + - * / alone: the built-in ones may differ between engines and machines, these
// cannot. Power series after range reduction; errors are bounded in the tests.

/** ln 2 in two parts: the first has 32 trailing zero bits, so that its small multiples are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const INVERSE_LN2 = Math.LOG2E
const SQRT_2 = Math.SQRT2
const EXP_TERMS = 14
const LARGEST_EXPONENT = 709.782712893384
const SMALLEST_EXPONENT = -745.1332191019412

const TWO_POW_54 = 18_014_398_509_481_984
const TWO_POW_1000 = 1.0715086071862673e301
const MOST_POWER = 1000

/** 2^k at k + 1000, for k from -1000 to 1000. */
const POWERS_OF_2 = powersOf2()

function powersOf2(): Float64Array {
  const powers = new Float64Array(2 * MOST_POWER + 1)
  powers[MOST_POWER] = 1
  for (let k = 1; k <= MOST_POWER; k++) {
    powers[MOST_POWER + k] = (powers[MOST_POWER + k - 1] as number) * 2
    powers[MOST_POWER - k] = (powers[MOST_POWER - k + 1] as number) / 2
  }
  return powers
}

const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)
/** Where the high word of a double is: this differs by processor. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/** value * 2^exponent, also where 2^exponent itself is out of range. */
function scaleByPower(value: number, exponent: number): number {
  let rest = exponent
  let scaled = value
  while (rest > MOST_POWER) {
    scaled *= TWO_POW_1000
    rest -= MOST_POWER
  }
  while (rest < -MOST_POWER) {
    scaled /= TWO_POW_1000
    rest += MOST_POWER
  }
  return scaled * (POWERS_OF_2[MOST_POWER + rest] as number)
}

/** e^r for |r| <= ln 2 / 2: each term is r / k of the one before. Spelled out, as a loop it takes half as long again. */
function expSeries(r: number): number {
  let sum = 1 + r / 14
  sum = 1 + (r / 13) * sum
  sum = 1 + (r / 12) * sum
  sum = 1 + (r / 11) * sum
  sum = 1 + (r / 10) * sum
  sum = 1 + (r / 9) * sum
  sum = 1 + (r / 8) * sum
  sum = 1 + (r / 7) * sum
  sum = 1 + (r / 6) * sum
  sum = 1 + (r / 5) * sum
  sum = 1 + (r / 4) * sum
  sum = 1 + (r / 3) * sum
  sum = 1 + (r / 2) * sum
  return 1 + r * sum
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > LARGEST_EXPONENT) return Number.POSITIVE_INFINITY
  if (x < SMALLEST_EXPONENT) return 0
  const k = Math.floor(x * INVERSE_LN2 + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  const sum = expSeries(r)
  return k >= -MOST_POWER && k <= MOST_POWER
    ? sum * (POWERS_OF_2[MOST_POWER + k] as number)
    : scaleByPower(sum, k)
}

/** The exponent of 2 of a normal number. */
function exponentOf(x: number): number {
  number[0] = x
  return ((words[HIGH] as number) >>> 20) - 1023
}

/** ln(1 + f) / s - 2 for s = f / (2 + f): the tail of 2 * atanh(s) / s. */
function atanhTail(s: number): number {
  const z = s * s
  let sum = z * (2 / 23)
  sum = z * (2 / 21 + sum)
  sum = z * (2 / 19 + sum)
  sum = z * (2 / 17 + sum)
  sum = z * (2 / 15 + sum)
  sum = z * (2 / 13 + sum)
  sum = z * (2 / 11 + sum)
  sum = z * (2 / 9 + sum)
  sum = z * (2 / 7 + sum)
  sum = z * (2 / 5 + sum)
  return z * (2 / 3 + sum)
}

/** Natural logarithm. */
export function log(x: number): number {
  if (x < 0 || Number.isNaN(x)) return Number.NaN
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  const subnormal = x < 2.2250738585072014e-308
  const normal = subnormal ? x * TWO_POW_54 : x
  const power = exponentOf(normal)
  // In [1, 2); what is above sqrt 2 is halved, so that the logarithm is small.
  const mantissa =
    power >= -MOST_POWER && power <= MOST_POWER
      ? normal * (POWERS_OF_2[MOST_POWER - power] as number)
      : scaleByPower(normal, -power)
  // A processor could only guess at a branch.
  const halved = Number(mantissa >= SQRT_2) | 0
  const exponent = power + halved - (subnormal ? 54 : 0)
  const f = mantissa * (1 - 0.5 * halved) - 1
  const s = f / (2 + f)
  // ln(1 + f) = f - (f^2/2 - s * (f^2/2 + tail)): the leading term is exact.
  const half = 0.5 * f * f
  const tail = half - s * (half + atanhTail(s))
  return exponent * LN2_HIGH - (tail - exponent * LN2_LOW - f)
}

function integerPower(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square
    square *= square
  }
  return result
}

/** x^y; NaN where the result is not real. Integer powers up to 64 by multiplication. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1
  if (Number.isInteger(y) && Math.abs(y) <= 64) {
    return y > 0 ? integerPower(x, y) : 1 / integerPower(x, -y)
  }
  if (y === 0.5) return Math.sqrt(x)
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY
  if (x < 0) {
    if (!Number.isInteger(y)) return Number.NaN
    const size = exp(y * log(-x))
    return y % 2 === 0 ? size : -size
  }
  return exp(y * log(x))
}

/** ln(1 + x) without losing the digits of a small x. */
export function log1p(x: number): number {
  if (x < -0.29 || x > 0.41) return log(1 + x)
  return x - excessOverLog1p(x)
}

/** x - ln(1 + x), all of whose digits count also for a small x. */
export function excessOverLog1p(x: number): number {
  if (x < -0.29 || x > 0.41) return x - log(1 + x)
  const s = x / (2 + x)
  const half = 0.5 * x * x
  return half - s * (half + atanhTail(s))
}

/** e^x - 1 without losing the digits of a small x. */
export function expm1(x: number): number {
  if (x < -0.35 || x > 0.35) return exp(x) - 1
  let sum = 1
  for (let term = EXP_TERMS; term > 1; term--) sum = 1 + (x / term) * sum
  return x * sum
}
