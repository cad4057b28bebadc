// Numbers and names as reports show them.

const NARROW = '–'

/** Four significant digits at most, thousands apart; a dash for null and what is no number. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NARROW
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(String(value))
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2)
  const [whole = '', fraction] = String(Number(value.toPrecision(Math.max(4, digits(size))))).split(
    '.',
  )
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`
}

function digits(size: number): number {
  return Math.floor(Math.log10(Math.max(1, size))) + 1
}

function grouped(whole: string): string {
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** A share as hundredths: `12.3 %`; a dash for null. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return NARROW
  const hundredths = share * 100
  const near = hundredths > 99 && hundredths < 100 ? 99.99 : 100
  const shown = Math.min(hundredths, hundredths < 100 ? near : hundredths)
  return `${shown.toFixed(shown % 1 === 0 ? 0 : shown > 99 ? 2 : 1)} %`
}

/** At most `length` characters, the last an ellipsis where more are cut off. */
export function shortened(text: string, length = 24): string {
  const characters = Array.from(text)
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}
