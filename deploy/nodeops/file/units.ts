// Amounts as people write them: 500m of a CPU, 4Gi of memory, an hour. Each reader answers null for what it is not.

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
}
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 }

/** For editors; what the readers take is the same. */
export const CPU_PATTERN = '^[0-9]+(\\.[0-9]+)?m?$'
export const BYTES_PATTERN = '^[0-9]+(\\.[0-9]+)? ?([kKmMgGtT]i?)?[bB]?$'
export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$'

/** `2`, `0.5`, `500m`: thousandths of a CPU, at least one. */
export function readCpu(value: unknown): number | null {
  if (typeof value === 'number') return wholeOrNull(value * 1_000)
  if (typeof value !== 'string' || !new RegExp(CPU_PATTERN).test(value)) return null
  return wholeOrNull(value.endsWith('m') ? Number(value.slice(0, -1)) : Number(value) * 1_000)
}

/** `4Gi`, `4GB`, `4G`, `4096Mi`, bytes as a number. GB is 10^9 bytes, Gi and GiB are 2^30. */
export function readBytes(value: unknown): number | null {
  if (typeof value === 'number') return wholeOrNull(value)
  const match = typeof value === 'string' ? new RegExp(BYTES_PATTERN).exec(value) : null
  if (!match || typeof value !== 'string') return null
  return wholeOrNull(Number.parseFloat(value) * (BYTES[(match[2] ?? '').toLowerCase()] ?? 1))
}

/** `1h`, `90s`, `1h30m`, `500ms`; a bare number is seconds. Milliseconds, 0 allowed. */
export function readDuration(value: unknown): number | null {
  if (typeof value === 'number') return value >= 0 ? safe(Math.round(value * 1_000)) : null
  if (typeof value !== 'string' || !new RegExp(DURATION_PATTERN).test(value)) return null
  const parts = value.matchAll(/([0-9.]+)(ms|s|m|h|d)/g)
  let seconds = 0
  for (const [, amount, unit] of parts) seconds += Number(amount) * (SECONDS[unit ?? ''] ?? 0)
  return safe(Math.round(seconds * 1_000))
}

const safe = (value: number): number | null => (Number.isSafeInteger(value) ? value : null)
const wholeOrNull = (value: number): number | null => {
  const whole = safe(Math.round(value))
  return whole !== null && whole >= 1 ? whole : null
}

const BINARY = ['Ti', 'Gi', 'Mi', 'Ki'] as const

/** The shortest way to write it that reads back as the same number. */
export function showBytes(bytes: number): string {
  const unit = BINARY.find((name) => bytes % (BYTES[name.toLowerCase()] ?? 1) === 0)
  return unit ? `${bytes / (BYTES[unit.toLowerCase()] ?? 1)}${unit}` : String(bytes)
}

export const showCpu = (millis: number): string =>
  millis % 1_000 === 0 ? String(millis / 1_000) : `${millis}m`

export function showDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find(
    (name) => ms % ((SECONDS[name] ?? 0) * 1_000) === 0,
  )
  if (ms === 0) return '0s'
  return unit ? `${ms / ((SECONDS[unit] ?? 1) * 1_000)}${unit}` : `${ms}ms`
}
