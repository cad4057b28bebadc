// The logarithmic derivative of the gamma function.

const ASYMPTOTIC_FROM = 6

/** For x > 0; absolute error under 1e-9 (recurrence and asymptotic series: Abramowitz and Stegun 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let shift = 0
  let at = x
  for (; at < ASYMPTOTIC_FROM; at++) shift -= 1 / at
  const f = 1 / (at * at)
  const series = f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f * (1 / 132)))))
  return shift + Math.log(at) - 0.5 / at - series
}
