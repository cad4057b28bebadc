// Numbers that lie on equal steps: prices that end in .99, whole minutes, multiples of five.

/** The greatest common divisor of the differences, in units of 10^-decimals; 1 where that many units are not exact. */
export function stepOf(values: ArrayLike<number>, decimals: number): number {
  const scale = 10 ** decimals
  const first = Math.round((values[0] ?? 0) * scale)
  let step = 0
  for (let at = 1; at < values.length && step !== 1; at++) {
    const units = Math.round((values[at] as number) * scale) - first
    if (!Number.isSafeInteger(units)) return 1
    step = divisor(step, Math.abs(units))
  }
  return Math.max(1, step)
}

function divisor(a: number, b: number): number {
  let [large, small] = [a, b]
  while (small > 0) [large, small] = [small, large % small]
  return large
}
