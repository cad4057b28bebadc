// An append-only file of JSON lines: what the development gateway remembers. A write is in the kernel before append
// returns, so killing the process loses nothing that was answered.

import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

export type EventLog<T> = { events: T[]; append: (event: T) => void; close: () => void }

/** Opens or makes the log; a last line that was cut off by a kill is dropped. */
export function openEventLog<T>(path: string): EventLog<T> {
  const file = openSync(path, 'a+')
  const text = readFileSync(file)
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) ftruncateSync(file, end)
  const lines = text.toString('utf8', 0, end).split('\n').slice(0, -1)
  return {
    events: lines.map((line) => JSON.parse(line) as T),
    append: (event) => void writeSync(file, `${JSON.stringify(event)}\n`),
    close: () => closeSync(file),
  }
}
