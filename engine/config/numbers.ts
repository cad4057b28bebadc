// Decimal digits and grids: what a number written in a config means for a column that holds so many digits.

/** Digits after the point of a number as it is written; 0 for whole numbers. */
export function digitsOf(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const written = mantissa.split('.')[1]?.length ?? 0
  return Math.max(0, written - Number(exponent))
}

/** The smallest multiple of 10^-decimals that is not below the value. */
export function ceilTo(value: number, decimals: number): number {
  return digitsOf(value) <= decimals
    ? value
    : fromScaled(Math.ceil(scaled(value, decimals)), decimals)
}

/** The largest multiple of 10^-decimals that is not above the value. */
export function floorTo(value: number, decimals: number): number {
  return digitsOf(value) <= decimals
    ? value
    : fromScaled(Math.floor(scaled(value, decimals)), decimals)
}

/** The value in units of 10^-decimals; exact for values with that many digits within 2^53. */
export function scaled(value: number, decimals: number): number {
  const exact = value * 10 ** decimals
  const rounded = Math.round(exact)
  return digitsOf(value) <= decimals ? rounded : exact
}

function fromScaled(units: number, decimals: number): number {
  return Number(`${units}e-${decimals}`)
}
