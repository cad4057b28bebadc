// Writes engine/data/zones.json from a folder of compiled time zones (TZif, RFC 9636), such as the one that the Python
// package tzdata ships. Usage: node scripts/extract-zones.ts <package folder>. The engine version changes with the zones.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** As in the data file: see engine/data/zones.ts. */
type Zone = { offsets: number[]; steps: string; rule?: number[] }

const HEADER_BYTES = 44
/** Nothing before the year 1 is made. */
const FIRST_SECOND = -62_135_596_800
const POSIX_RULE =
  /^(?:[A-Za-z]+|<[^>]+>)([-+\d:]+)(?:[A-Za-z]+|<[^>]+>)([-+\d:]*),M(\d+)\.(\d)\.(\d)(?:\/([-+\d:]+))?,M(\d+)\.(\d)\.(\d)(?:\/([-+\d:]+))?$/

/** `-3:30` in seconds. */
function secondsOf(text: string): number {
  const [hours = '0', minutes = '0', seconds = '0'] = text.replace(/^[-+]/, '').split(':')
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return text.startsWith('-') ? -size : size
}

/** Standard and daylight offsets east of UTC; month, week, weekday and local second of each change. */
function ruleOf(footer: string): number[] | undefined {
  if (!footer.includes(',')) return undefined
  const match = POSIX_RULE.exec(footer)
  if (!match) throw new Error(`no rule of months, weeks and days: ${footer}`)
  const standard = -secondsOf(match[1] ?? '')
  const daylight = match[2] ? -secondsOf(match[2]) : standard + 3600
  const change = (at: number): number[] => [
    ...match.slice(at, at + 3).map(Number),
    match[at + 3] === undefined ? 7200 : secondsOf(match[at + 3] ?? ''),
  ]
  return [standard, daylight, ...change(3), ...change(7)].map((value) => value + 0)
}

/** The part of the file with 64-bit times, behind the one with 32-bit times. */
function wideBlock(file: DataView): number {
  const count = (at: number): number => file.getUint32(20 + 4 * at)
  const [utc, standard, leaps, times, types, chars] = [0, 1, 2, 3, 4, 5].map(count)
  const sizes = (times ?? 0) * 5 + (types ?? 0) * 6 + (chars ?? 0) + (leaps ?? 0) * 8
  return HEADER_BYTES + sizes + (standard ?? 0) + (utc ?? 0)
}

function readZone(bytes: Buffer): Zone {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = wideBlock(file)
  const times = file.getUint32(start + 32)
  const types = file.getUint32(start + 36)
  const first = start + HEADER_BYTES
  const offsetOf = (type: number): number => file.getInt32(first + times * 9 + type * 6)
  const offsets: number[] = []
  const codeOf = (offset: number): number => {
    if (!offsets.includes(offset)) offsets.push(offset)
    return offsets.indexOf(offset)
  }
  let current = codeOf(types > 0 ? offsetOf(0) : 0)
  let last = 0
  const steps: string[] = []
  for (let k = 0; k < times; k++) {
    const at = Number(file.getBigInt64(first + k * 8))
    const code = codeOf(offsetOf(file.getUint8(first + times * 8 + k)))
    if (code === current) continue
    current = code
    if (at < FIRST_SECOND) throw new Error('a change before the year 1')
    steps.push(`${(at - last).toString(36)}:${code}`)
    last = at
  }
  const rule = ruleOf(bytes.toString('latin1').trimEnd().split('\n').at(-1) ?? '')
  return { offsets, steps: steps.join(' '), ...(rule && { rule }) }
}

async function main(folder: string): Promise<void> {
  const names = (await readFile(join(folder, 'zones'), 'utf8')).trim().split('\n').toSorted()
  const init = await readFile(join(folder, '__init__.py'), 'utf8')
  const version = /IANA_VERSION = "(\w+)"/.exec(init)?.[1]
  const known = new Map<string, string>()
  const lines: string[] = []
  for (const name of names) {
    const zone = JSON.stringify(readZone(await readFile(join(folder, 'zoneinfo', name))))
    const same = known.get(zone)
    if (same === undefined) known.set(zone, name)
    lines.push(`${JSON.stringify(name)}: ${same === undefined ? zone : JSON.stringify(same)}`)
  }
  const text = `{"version": ${JSON.stringify(version)}, "zones": {\n${lines.join(',\n')}\n}}\n`
  await writeFile(new URL('../engine/data/zones.json', import.meta.url), text)
}

if (import.meta.main) await main(process.argv[2] ?? '.')
