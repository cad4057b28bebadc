// A config for the rule engine that imitates profiled tables: columns by their rules, and between them the
// combinations, sums, orders, nulls and keys that hold in the data, as far as the language takes them.

import { kolmogorovDistance } from '#engine/evaluate/shapes.ts'
import { isTemporal } from '#engine/table/table.ts'
import { columnFor } from './column-config.ts'
import type { ForeignKey } from './foreign-keys.ts'
import { orderChanges } from './order-changes.ts'
import type { NullPattern, Profile } from './profile.ts'
import {
  type Change,
  columnOf,
  constrain,
  isPlain,
  rowsOf,
  type WrittenConfig,
  type WrittenTable,
} from './written-config.ts'

/** Changes that are tried, each by compiling the config. */
const ATTEMPTS_MAX = 200

/** The config of one table. */
export function configFromProfile(profile: Profile): WrittenConfig {
  return configFromProfiles([profile], [])
}

/** Of tables that refer to each other; their names are those of the profiles, made fit for files. */
export function configFromProfiles(
  profiles: readonly Profile[],
  keys: readonly ForeignKey[],
): WrittenConfig {
  let config: WrittenConfig = { version: 1, tables: profiles.map(tableOf) }
  let attempts = 0
  const attempt = (change: (draft: WrittenConfig) => void, at: number, kept: string[]): void => {
    if (attempts++ >= ATTEMPTS_MAX) return
    const draft = structuredClone(config)
    change(draft)
    if (rowsOf(draft, at, 1) === null) return
    if (kept.length === 0 || keepsShape(config, draft, at, kept)) config = draft
  }
  for (const [at, profile] of profiles.entries())
    for (const { change, keeps } of changesOf(profile))
      attempt(({ tables }) => change(tables[at] as WrittenTable), at, keeps ?? [])
  for (const key of keys) attempt((draft) => refer(draft, profiles, key), 0, [])
  return config
}

function tableOf(profile: Profile, at: number): WrittenTable {
  const name = profile.table.replaceAll(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+/, '')
  return {
    name: name === '' ? `table_${at + 1}` : name.slice(0, 100),
    rows: profile.rows,
    columns: profile.columns.map((column) => columnFor(column, profile.rows)),
  }
}

const ROWS_COMPARED = 2000
const DISTANCE_MAX = 0.05

/** Whether numbers of these columns are spread as before. */
function keepsShape(
  before: WrittenConfig,
  after: WrittenConfig,
  at: number,
  names: readonly string[],
): boolean {
  const [a, b] = [rowsOf(before, at, ROWS_COMPARED), rowsOf(after, at, ROWS_COMPARED)]
  return names.every((name) => {
    const column = before.tables[at]?.columns.findIndex((one) => one.name === name) ?? -1
    const [old, now] = [a, b].map((rows) =>
      Float64Array.from(rows ?? [], (row) => Number(row[column] ?? Number.NaN))
        .filter((value) => !Number.isNaN(value))
        .sort(),
    ) as [Float64Array, Float64Array]
    return (kolmogorovDistance(old, now) ?? 1) <= DISTANCE_MAX
  })
}

/** Each is taken if the config stands with it. */
function* changesOf(profile: Profile): Generator<Change> {
  const decided = new Set(profile.combinations.flatMap(({ columns }) => columns))
  yield* keyChanges(profile)
  for (const { columns, values, rows } of profile.combinations)
    yield {
      change: (table) => {
        constrain(table, { fixed: columns, values, weights: rows })
        for (const name of columns) delete columnOf(table, name).rule
      },
    }
  yield* nullChanges(profile)
  yield* sumChanges(profile, decided)
  yield* orderChanges(profile, decided)
}

/** The first column that is a key becomes the primary one, others are unique; moments only happen to be. */
function* keyChanges({ keys, columns }: Profile): Generator<Change> {
  const unique = columns.filter(
    (column) =>
      column.unique && column.nulls === 0 && !isTemporal(column.type) && column.type !== 'decimal',
  )
  const names = unique.map(({ name }) => name)
  const single = names.filter((name) =>
    keys.some((key) => key.columns.length === 1 && key.columns[0] === name),
  )
  for (const name of names) {
    const kind = name === single[0] ? 'PK' : 'unique'
    yield {
      change: (table) => {
        columnOf(table, name).constraints = [kind]
      },
    }
  }
}

/** Columns that are null in the same rows follow the first of them. */
function* nullChanges({ null_patterns, columns }: Profile): Generator<Change> {
  const nullable = columns.filter(({ nulls }) => nulls > 0)
  const led = new Set<string>()
  for (const [at, { name: leader, nulls }] of nullable.entries())
    for (const { name, nulls: others } of nullable.slice(at + 1)) {
      if (led.has(leader) || led.has(name) || !isPlain(leader) || nulls !== others) continue
      if (!areTogether(null_patterns, leader, name)) continue
      led.add(name)
      yield {
        change: (table) => {
          columnOf(table, name).nullable = { when: `${leader} == null` }
        },
      }
    }
}

/** Totals are computed from their parts; they join `decided`. */
function* sumChanges({ sums, columns }: Profile, decided: Set<string>): Generator<Change> {
  const whole = new Set(columns.filter(({ nulls }) => nulls === 0).map(({ name }) => name))
  for (const { parts, total } of sums) {
    if (!parts.every((name) => isPlain(name) && whole.has(name) && !decided.has(name))) continue
    if (decided.has(total)) continue
    decided.add(total)
    const decimals = columns.find(({ name }) => name === total)?.decimals ?? 0
    const digits = decimals > 0 ? { decimals } : {}
    yield {
      change: (table) => {
        columnOf(table, total).rule = { type: 'expression', value: parts.join(' + '), ...digits }
      },
    }
  }
}

function areTogether(patterns: readonly NullPattern[], a: string, b: string): boolean {
  const having = patterns.filter(({ columns }) => columns.includes(a) || columns.includes(b))
  return (
    having.length > 0 && having.every(({ columns }) => columns.includes(a) && columns.includes(b))
  )
}

/** The child's column takes the parent's keys; of a table's keys the first decides how many rows it has. */
function refer(
  { tables }: WrittenConfig,
  profiles: readonly Profile[],
  { child, parent, children }: ForeignKey,
): void {
  const at = (name: string): number => profiles.findIndex(({ table }) => table === name)
  const [from, to] = [tables[at(child.table)], tables[at(parent.table)]]
  if (from === undefined || to === undefined) return
  const [column, key] = [columnOf(from, child.column), columnOf(to, parent.column)]
  key.constraints ??= ['unique']
  column.type = key.type
  column.constraints = column.constraints?.includes('PK') ? ['PK', 'FK'] : ['FK']
  delete column.rule
  const leads = from !== to && !(from.foreign_keys ?? []).some((other) => 'children' in other)
  from.foreign_keys = [
    ...(from.foreign_keys ?? []),
    {
      parent_table: to.name,
      parent_column: parent.column,
      child_column: child.column,
      ...(leads ? { children: { type: 'histogram', ...children } } : {}),
    },
  ]
  if (leads) delete from.rows
}
