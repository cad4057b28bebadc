// The country that a locale's numbers and accounts are of: its own, or the one where most of its speakers live.

const COUNTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  `ar SA, az AZ, bn BD, cs CZ, cy GB, da DK, de DE, dv MV, el GR, en US, eo US, es ES, fa IR, fi FI, fr FR, he IL,
  hr HR, hu HU, hy AM, it IT, ja JP, ka GE, ko KR, ku_ckb IQ, ku_kmr TR, lv LV, mk MK, mn MN, nb NO, ne NP, nl NL,
  pl PL, pt PT, ro RO, ru RU, sk SK, sl SI, sr RS, sv SE, ta IN, th TH, tr TR, uk UA, ur PK, uz UZ, vi VN,
  yo NG, zh CN, zu ZA`
    .split(',')
    .map((pair) => pair.trim().split(' ')),
)

/** ISO 3166-1 alpha-2; US for a locale that is not known. */
export function countryOf(locale: string): string {
  const parts = locale.split('_')
  const own = parts.find((part) => /^[A-Z]{2}$/.test(part))
  const language = parts.slice(0, 2).join('_')
  return own ?? COUNTRIES[language] ?? COUNTRIES[parts[0] ?? ''] ?? 'US'
}
