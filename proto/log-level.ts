// How much programs log, as the environment says it.

/** Those of pino, and none at all. */
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** `LOG_LEVEL`, by default `info`; a level that there is not is a problem. */
export function logLevelOf(
  { LOG_LEVEL: given }: Record<string, string | undefined>,
  problems: string[],
): string {
  const level = given || 'info'
  if (!LEVELS.includes(level)) problems.push(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`)
  return level
}
