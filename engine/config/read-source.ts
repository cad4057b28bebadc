// Text or object to plain JSON values, bounded: size, depth, aliases and node count. Never throws on bad input.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from 'yaml'
import { at, type ConfigProblem, type Place, pathAsWritten, type Report } from './problem.ts'

export const SOURCE_BYTES_MAX = 1024 * 1024
const DEPTH_MAX = 40
const NODES_MAX = 3_000_000
const ALIASES_MAX = 100
/** Brackets and indents deeper than this are refused before the YAML composer, which recurses, sees them. */
const NESTING_TEXT_MAX = 400

export type Source = {
  value: unknown
  /**
   * Where the node of a JSON pointer begins, its key included, or the character `within` its text where that is
   * written as it is meant; null for an object source.
   */
  placeOf: (pointer: string, within?: number) => Place | null
}

const NOWHERE = (): null => null

/** Points a problem at what was written: its path, and in a text line and column. */
export type Locate = (problem: ConfigProblem) => void

/** `names`: those of the report of the readers. */
export function createLocate({ placeOf }: Source, names: Report['names']): Locate {
  return (problem) => {
    problem.path = pathAsWritten(problem.path, names)
    const place = problem.line === undefined ? placeOf(problem.path, problem.within) : null
    if (place !== null) Object.assign(problem, place)
  }
}

/** `usable` is false when there is nothing to go on with; the report then says why. */
export function readSource(source: string | object, report: Report): Source & { usable: boolean } {
  if (typeof source !== 'string') {
    return { value: source, placeOf: NOWHERE, usable: checkTree(source, report) }
  }
  const read = readText(source, report)
  if (read === null) return { value: null, placeOf: NOWHERE, usable: false }
  return { ...read, usable: checkTree(read.value, report) }
}

function readText(text: string, report: Report): Source | null {
  if (Buffer.byteLength(text) > SOURCE_BYTES_MAX) {
    report.problem('', `The config is larger than ${SOURCE_BYTES_MAX} bytes`, 'Send less text.')
    return null
  }
  const json = tryJson(text)
  if (json !== undefined) return { value: json, placeOf: createYamlPlaces(text) }
  if (nestingOf(text) > NESTING_TEXT_MAX) {
    report.problem('', 'The config is nested too deeply', `Nest at most ${DEPTH_MAX} levels.`)
    return null
  }
  return readYaml(text, report)
}

/** Deepest run of open flow brackets, quotes ignored: an upper bound that costs one pass. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth = Math.max(0, depth - 1)
  }
  return deepest
}

function tryJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function readYaml(text: string, report: Report): Source | null {
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      merge: true,
    })
    for (const { line, column, ...said } of faultsOf(document.errors, lines)) {
      report.problem('', said.message, said.hint, { line, column })
    }
    if (document.errors.length > 0) return null
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX })
    return {
      value,
      placeOf: (...where) => placeOf({ root: document.contents, text, lines }, ...where),
    }
  } catch (error) {
    const alias = error instanceof ReferenceError
    const message = alias ? 'The YAML aliases expand too far' : 'The YAML cannot be read'
    report.problem('', message, alias ? `Use at most ${ALIASES_MAX} aliases.` : 'Check the text.')
    return null
  }
}

type TextFault = Place & { message: string; hint: string }

/** In words of ours where the library's speak of its own calls; what it says twice of a place, once. */
function faultsOf(errors: readonly YAMLParseError[], lines: LineCounter): TextFault[] {
  const faults = new Map<string, TextFault>()
  for (const { message: said, code, pos } of errors) {
    const { line, col } = lines.linePos(pos[0])
    const [message, hint] =
      code === 'MULTIPLE_DOCS'
        ? ['A second document begins here', 'Keep one: leave out --- and what comes after it.']
        : [
            /call stack/i.test(said) ? 'The config is nested too deeply' : said,
            'Correct the YAML at this place.',
          ]
    faults.set(`${line}:${col} ${message}`, { line, column: col, message, hint })
  }
  return [...faults.values()]
}

/** JSON is read without places; only when one is asked for is it read again, as YAML, which it is too. */
function createYamlPlaces(text: string): Source['placeOf'] {
  let find: Source['placeOf'] | null = null
  return (pointer, within) => {
    find ??= yamlPlaces(text)
    return find(pointer, within)
  }
}

function yamlPlaces(text: string): Source['placeOf'] {
  if (nestingOf(text) > NESTING_TEXT_MAX) return NOWHERE
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    })
    return (...where) => placeOf({ root: document.contents, text, lines }, ...where)
  } catch {
    return NOWHERE
  }
}

type Located = { root: Node | null; text: string; lines: LineCounter }

function placeOf({ root, text, lines }: Located, pointer: string, within?: number): Place {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    const found = childOf(node, key)
    if (found === null) break
    node = found.node
    offset = found.offset ?? offset
  }
  const inside = within === undefined ? undefined : offsetWithin(node, text, within)
  const { line, col } = lines.linePos(inside ?? offset)
  return { line, column: col }
}

/** Where a character of a scalar's text stands; undefined where the scalar is folded or has escapes. */
function offsetWithin(node: unknown, text: string, within: number): number | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
  const start = node.range[0] + (quoted ? 1 : 0)
  const written = text.slice(start, start + node.value.length)
  return written === node.value ? start + within : undefined
}

function childOf(node: unknown, key: string): { node: unknown; offset: number | undefined } | null {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(key)]
    return item === undefined ? null : { node: item, offset: startOf(item) }
  }
  if (!isMap(node)) return null
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
  return pair === undefined ? null : { node: pair.value, offset: startOf(pair.key) }
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined
}

type Fault = { path: string; message: string }

/** True when the value is JSON of bearable size: plain objects, finite numbers, no cycles. */
function checkTree(root: unknown, report: Report): boolean {
  const fault = createTreeCheck()(root, 0)
  if (fault !== null) {
    report.problem(
      fault.path,
      fault.message,
      'Write plain JSON or YAML values, less deep or fewer.',
    )
  }
  return fault === null
}

/** Text that UTF-8 cannot write, so that neither a file nor a digest can hold it. */
const HALF_PAIR = { path: '', message: 'The text has half a surrogate pair' }

function createTreeCheck(): (value: unknown, depth: number) => Fault | null {
  let nodes = 0
  const visit = (value: unknown, depth: number): Fault | null => {
    nodes += 1
    if (typeof value === 'string') return value.isWellFormed() ? null : HALF_PAIR
    if (nodes > NODES_MAX) return { path: '', message: 'The config has too many values' }
    if (value === null || typeof value !== 'object') return scalarFault(value)
    if (depth >= DEPTH_MAX) {
      return { path: '', message: `The config is nested deeper than ${DEPTH_MAX} levels` }
    }
    if (!Array.isArray(value) && !isPlain(value)) return notJson()
    for (const key in value) {
      const own = (value as Record<string, unknown>)[key]
      const fault = key.isWellFormed() ? visit(own, depth + 1) : HALF_PAIR
      if (fault !== null) return { path: at('', key) + fault.path, message: fault.message }
    }
    return null
  }
  return visit
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function scalarFault(value: unknown): Fault | null {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { path: '', message: 'Numbers must be finite' }
  }
  const strange =
    typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol'
  return strange ? notJson() : null
}

function notJson(): Fault {
  return { path: '', message: 'Only JSON values can stand here' }
}
