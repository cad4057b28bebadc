// What stands around the numbers of a column, the same in every row: $1,234.50, 12,5 %, 4 kg.

export type Affixes = { before: string; after: string }

const CURRENCY = [
  String.raw`[A-Z]{0,2}\p{Sc}`,
  'USD|EUR|GBP|JPY|CNY|CHF|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|BRL|MXN|INR|KRW|SGD|HKD|ZAR',
  String.raw`Fr\.|Rs\.?|kr\.?|zł|Kč|Ft`,
].join('|')
const UNIT = [
  '%|‰|°C|°F',
  'kg|mg|g|lbs?|oz|km|cm|mm|mi|ft|m|ml|cl|l|L',
  'h|hrs?|min|mins|s|sec|ms|days?|kWh|kW|W|V|Hz|[kKMGT]i?B|px|pts?',
].join('|')

const SPACE = '[ \u00a0\u202f]?'
const NUMBER = String.raw`\d(?:[\d., '\u00a0\u202f]*\d)?`
const AROUND = new RegExp(
  `^\\(?[-+]?(?<before>(?:(?:${CURRENCY})${SPACE})?)[-+]?${NUMBER}(?<after>(?:${SPACE}(?:${CURRENCY}|${UNIT}))?)\\)?$`,
  'u',
)

/** Null where no currency, percent or unit stands around a number. */
export function affixesOf(text: string): Affixes | null {
  const { before = '', after = '' } = AROUND.exec(text)?.groups ?? {}
  return before === '' && after === '' ? null : { before, after }
}

/** The number between the affixes, its sign in front; parentheses are a minus, as in accounts. Null without them. */
export function withoutAffixes(text: string, { before, after }: Affixes): string | null {
  const isNegative = text.startsWith('(') && text.endsWith(')')
  const bare = isNegative ? text.slice(1, -1) : text
  const sign = isNegative ? '-' : bare.startsWith('-') || bare.startsWith('+') ? bare.charAt(0) : ''
  const front = (isNegative ? '' : sign) + before
  if (!bare.startsWith(front) || !bare.endsWith(after)) return null
  const number = bare.slice(front.length, bare.length - after.length)
  return sign !== '' && /^[-+]/.test(number) ? null : sign + number
}

/** As formats of the config language spell it (engine/rules/number-layout.ts). */
export function numberLayout(
  { before, after }: Affixes,
  {
    comma,
    grouped,
    least,
    most,
  }: { comma: boolean; grouped: boolean; least: number; most: number },
): string {
  const decimals = '0'.repeat(least) + '#'.repeat(most - least)
  // A comma and three places would be thousands.
  const groups = grouped || (comma && most === 3)
  const whole = groups ? (comma ? '#.##0' : '#,##0') : '0'
  return `${before}${whole}${most > 0 ? (comma ? ',' : '.') : ''}${decimals}${after}`
}

/** Percent are hundredths. The number of the shortest text that says so. */
export function hundredth(value: number): number {
  const [digits, exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) - 2}`)
}
