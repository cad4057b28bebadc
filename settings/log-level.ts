// How much programs log, as the environment says it.

import type { Setting } from './setting.ts'

/** Those of pino, and none at all. */
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
/** As other loggers have them. */
const ALSO: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' }

/** In any case. */
export const logLevel: Setting<string> = {
  allowed: `one of ${LEVELS.join(', ')}`,
  read: (text) => {
    const asked = text.toLowerCase()
    const level = ALSO[asked] ?? asked
    return LEVELS.includes(level) ? level : null
  },
}
