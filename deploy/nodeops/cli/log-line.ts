// Lines of logs as people read them: programs here write one JSON object a line, other tools collect them as they are.

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
/** Said by where the line comes from. */
const LEFT_OUT = new Set(['level', 'time', 'msg', 'name', 'pid', 'hostname'])

/** `13:45:00.123 info  ready url=http://...`, times in UTC; a line of another form as it is. */
export function readableLine(line: string): string {
  const entry = entryIn(line)
  if (!entry) return line
  const { level, time, msg } = entry
  const at = new Date(time).toISOString().slice(11, 23)
  const more = Object.entries(entry)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(([key, value]) => ` ${key}=${shown(value)}`)
  return `${at} ${(LEVELS[level] ?? String(level)).padEnd(5)} ${msg}${more.join('')}`
}

type Entry = Record<string, unknown> & { level: number; time: number; msg: string }

const TIME_MAX_MS = 8.64e15

function entryIn(line: string): Entry | null {
  if (!line.startsWith('{')) return null
  try {
    const entry = JSON.parse(line) as Partial<Entry>
    const { level, time = Number.NaN, msg = '' } = entry
    const isEntry = typeof level === 'number' && typeof msg === 'string'
    return isEntry && Math.abs(time) <= TIME_MAX_MS ? { ...entry, level, time, msg } : null
  } catch {
    return null
  }
}

/** Of an error its message: its stack is in the line itself. */
function shown(value: unknown): string {
  const { message, type } = (value ?? {}) as { message?: unknown; type?: unknown }
  const text = typeof message === 'string' && typeof type === 'string' ? message : value
  return typeof text === 'string' && /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
