// The shapes of rules in tables/shapes.yaml, each as the config of a dataset whose table `values` has it.

import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'

type Named = { name: string }

type Entry = {
  shape: string
  exempt?: string
  columns?: Named[]
  counted?: string[]
  parents?: number
  children?: unknown
  /** The table gets a primary key of its own. */
  key?: boolean
  foreign_keys?: object[]
  unique?: unknown
  constraints?: unknown
  anomalies?: object
  [key: string]: unknown
}

type File = {
  plugins: object
  tables: (Named & { rows?: number })[]
  beside: Named[]
  shapes: Entry[]
}

export type Shape = {
  /** `rule: what about it`. */
  name: string
  /** Why it may be slower than the others; null where it may not. */
  exempt: string | null
  config: ResolvedConfig
  /** The columns of the table `values` whose values count; null for all, as its files have them. */
  counted: readonly string[] | null
}

const PARENTS = 10_000

/** Keys of a shape that are those of its one column, called `value`; of its table. */
const OF_COLUMN = [
  ...['type', 'rule', 'conditional_rules', 'constraints', 'nullable'],
  ...['locale', 'format', 'min_length', 'max_length'],
]
const OF_TABLE = ['unique', 'anomalies']

const picked = (entry: Entry, keys: readonly string[]): object =>
  Object.fromEntries(keys.filter((key) => key in entry).map((key) => [key, entry[key]]))

function tableOf(entry: Entry, beside: Named[], rows: number): { table: object; own: Named[] } {
  const { columns, children, key, constraints, foreign_keys = [] } = entry
  const own = columns ?? [{ ...picked(entry, OF_COLUMN), name: 'value' }]
  const toParents = { parent_table: 'parents', child_column: 'parent_id' }
  const around = {
    columns: [
      ...(key ? [{ name: 'id', type: 'int', constraints: ['PK'] }] : []),
      { name: 'parent_id', type: 'int', constraints: ['FK'] },
      ...beside,
      ...own,
    ],
    foreign_keys: [{ ...toParents, ...(children ? { children } : {}) }, ...foreign_keys],
  }
  const table = {
    name: 'values',
    ...(children === undefined ? { rows } : {}),
    ...(entry.anomalies ? { columns: own } : around),
    ...(columns && constraints ? { constraints } : {}),
    ...picked(entry, OF_TABLE),
  }
  return { table, own }
}

function shapeOf({ plugins, tables, beside }: File, entry: Entry, rows: number): Shape {
  const { table, own } = tableOf(entry, beside, rows)
  const config = {
    ...{ seed: 1, now: '2026-01-01T00:00:00Z', plugins },
    tables: [
      ...tables.map((one) =>
        one.name === 'parents' ? { ...one, rows: entry.parents ?? PARENTS } : one,
      ),
      table,
    ],
  }
  const parsed = parseConfig(config)
  const [problem] = parsed.problems
  if (problem) throw new RangeError(`${entry.shape}: ${problem.path} ${problem.message}`)
  return {
    name: entry.shape,
    exempt: entry.exempt ?? null,
    config: resolveConfig(parsed.config, { now: 1_767_225_600 }).resolved,
    counted: entry.anomalies ? null : (entry.counted ?? own.map(({ name }) => name)),
  }
}

/** Every shape, over tables of so many rows but where children say how many there are. */
export async function readShapes(rows: number): Promise<Shape[]> {
  const text = await readFile(new URL('tables/shapes.yaml', import.meta.url), 'utf8')
  const file = parse(text, { merge: true }) as File
  return file.shapes.map((entry) => shapeOf(file, entry, rows))
}
