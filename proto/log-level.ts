// How much programs log, as the environment says it.

/** Those of pino, and none at all. */
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
/** As other loggers have them. */
const ALSO: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' }

/** `LOG_LEVEL` in any case, by default `info`; a level that there is not is a problem. */
export function logLevelOf(
  { LOG_LEVEL: given }: Record<string, string | undefined>,
  problems: string[],
): string {
  const asked = (given || 'info').toLowerCase()
  const level = ALSO[asked] ?? asked
  if (!LEVELS.includes(level)) problems.push(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`)
  return level
}
