// Lines of the logs of a data folder: the last ones, then what comes, new files included.
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nameHint } from '#engine/config/problem.ts'
import { type LogLine, type LogOptions, TargetError } from '../../target.ts'

const LOOK_AGAIN_MS = 200
const PIECE_BYTES = 64 * 1024
/** Of each file, at most so much is read for its last lines. */
const TAIL_BYTES = 4 * 1024 * 1024

/** `matches`: whether a log, by its name without ending, is of the service that was asked for. */
export async function* logLines(
  logDir: string,
  { lines, follow, signal, service }: LogOptions,
  matches: (name: string) => boolean,
): AsyncIterable<LogLine> {
  const files = (): string[] => namesIn(logDir).filter(matches)
  const names = files()
  if (names.length === 0 && service !== undefined) {
    const known = namesIn(logDir)
    const whatToDo = known.length === 0 ? 'None was written yet.' : nameHint(service, known)
    throw new TargetError('refused', `there is no log of ${service}`, whatToDo)
  }
  const offsets = new Map<string, number>()
  for (const name of names) {
    const { text, end } = readFrom(path.join(logDir, `${name}.log`), -TAIL_BYTES)
    // Who follows gets the last line once it is whole.
    const shown = follow ? text.slice(0, text.lastIndexOf('\n') + 1) : text
    offsets.set(name, end - Buffer.byteLength(text.slice(shown.length)))
    const last = shown.split('\n').filter(Boolean).slice(-lines)
    for (const line of lines === 0 ? [] : last) yield { service: name, line }
  }
  while (follow && !signal.aborted) {
    for (const name of files()) {
      const from = offsets.get(name) ?? 0
      const { text, end } = readFrom(path.join(logDir, `${name}.log`), from)
      const whole = text.lastIndexOf('\n') + 1
      offsets.set(name, end - Buffer.byteLength(text.slice(whole)))
      for (const line of text.slice(0, whole).split('\n').filter(Boolean))
        yield { service: name, line }
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
}

function namesIn(logDir: string): string[] {
  try {
    return readdirSync(logDir)
      .filter((file) => file.endsWith('.log'))
      .map((file) => file.slice(0, -'.log'.length))
      .toSorted()
  } catch {
    return []
  }
}

/** Negative: from the end. A file that became shorter was turned over: from its beginning. */
function readFrom(file: string, from: number): { text: string; end: number } {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return { text: '', end: 0 }
  }
  try {
    const { size } = fstatSync(descriptor)
    let at = from < 0 ? Math.max(0, size + from) : from > size ? 0 : from
    const pieces: Buffer[] = []
    while (at < size) {
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, size - at))
      const read = readSync(descriptor, piece, 0, piece.length, at)
      if (read === 0) break
      pieces.push(piece.subarray(0, read))
      at += read
    }
    return { text: Buffer.concat(pieces).toString(), end: at }
  } finally {
    closeSync(descriptor)
  }
}
