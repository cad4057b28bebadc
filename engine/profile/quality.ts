// How fit a table is to be used and learned from, in points, and what to do about it, in words.

import { figure, percent } from '#engine/report/figures.ts'
import { isTemporal } from '#engine/table/table.ts'
import type { ColumnProfile, Finding, Profile, Quality } from './profile.ts'

type Judged = Omit<Profile, 'quality'>

/** Points that a table of nothing but nulls, of rows that repeat, of odd values, of empty columns loses. */
const WORST = { nulls: 40, duplicates: 20, patterns: 20, constant: 20 }

const NULLS_TOLD = 0.01
const MAIN_PATTERN = 0.8
const LEVELS_TOLD = 0.5
const SKEW_TOLD = 0.95
const REDUNDANT = 0.999

/** 100 less the points of the findings, worst first. */
export function judge(profile: Judged): Quality {
  if (profile.rows === 0) {
    const advice = 'The table has no rows: upload one that has some.'
    return { score: 0, findings: [{ kind: 'no_rows', columns: [], points: 100, advice }] }
  }
  const findings = [
    ...profile.columns.flatMap((column) => judgeColumn(column, profile)),
    ...judgeRows(profile),
    ...judgePairs(profile),
  ]
  const lost = findings.reduce((sum, { points }) => sum + points, 0)
  return {
    score: Math.max(0, Math.round((100 - lost) * 10) / 10),
    findings: findings.sort((a, b) => b.points - a.points),
  }
}

function judgeColumn(column: ColumnProfile, { rows, columns }: Judged): Finding[] {
  const { name, nulls } = column
  const each = (worst: number, share: number): number => (worst * share) / columns.length
  const found: Finding[] = []
  const say = (kind: Finding['kind'], points: number, advice: string): void => {
    found.push({ kind, columns: [name], points, advice })
  }
  const share = nulls / rows
  if (nulls === rows) {
    say(
      'empty',
      each(WORST.nulls + WORST.constant, 1),
      `${name} has no value in ${figure(rows)} rows: leave it out.`,
    )
    return found
  }
  if (share >= NULLS_TOLD)
    say(
      'nulls',
      each(WORST.nulls, share),
      `${name} is null in ${percent(share)} of the rows: ${share > 0.5 ? 'leave it out, or find out why it is so rarely there.' : 'fill it in, or keep the nulls if they mean something.'}`,
    )
  if (column.constant)
    say(
      'constant',
      each(WORST.constant, 1),
      `${name} has one value in all rows: it says nothing and may go.`,
    )
  const off = oddShare(column)
  if (off > 0)
    say(
      'patterns',
      each(WORST.patterns, off),
      `${percent(off)} of ${name} are not written like the rest (${column.texts?.patterns[0]?.pattern}): check them.`,
    )
  found.push(...remarks(column, rows))
  return found
}

/** Of values that one pattern nearly has. */
function oddShare({ texts, type, unique }: ColumnProfile): number {
  const main = texts?.patterns[0]
  if (main === undefined || type === 'text' || type === 'boolean' || !/\d/.test(main.pattern))
    return 0
  // Running numbers grow longer: 7, 42 and 800 are written alike.
  const form = (pattern: string): string => (unique ? pattern.replace(/9+$/, '9') : pattern)
  const alike = texts?.patterns.filter(({ pattern }) => form(pattern) === form(main.pattern)) ?? []
  const share = alike.reduce((sum, one) => sum + one.share, 0)
  return share >= MAIN_PATTERN && share < 1 - ROUNDING ? 1 - share : 0
}

const ROUNDING = 1e-9

/** What costs no points. */
function remarks(column: ColumnProfile, rows: number): Finding[] {
  const { name, top_values, distinct, pii, numbers, constant } = column
  const found: Finding[] = []
  const say = (kind: Finding['kind'], advice: string): void => {
    found.push({ kind, columns: [name], points: 0, advice })
  }
  if (pii !== null) {
    const sure = pii.confidence === null ? '' : ` (${percent(pii.confidence)} of its values are)`
    say(
      'personal',
      `${name} holds personal data, ${pii.class.replaceAll('_', ' ')}${sure}: its values are in no profile and no model, and are made anew.`,
    )
  }
  const rare = distinct.count - (top_values?.length ?? 0)
  if (
    numbers === null &&
    top_values !== null &&
    distinct.count > 10 &&
    rare > LEVELS_TOLD * distinct.count
  )
    say(
      'rare_levels',
      `${figure(rare)} of ${figure(distinct.count)} values of ${name} are in fewer than 5 rows: they are not learned; group them if they matter.`,
    )
  const [top] = top_values ?? []
  const share = (top?.rows ?? 0) / Math.max(1, rows - column.nulls)
  if (top !== undefined && !constant && share >= SKEW_TOLD)
    say(
      'skewed',
      `${name} is ${top.value} in ${percent(share)} of the rows: little can be learned of the rest.`,
    )
  return found
}

function judgeRows({ rows, duplicate_rows, keys }: Judged): Finding[] {
  const found: Finding[] = []
  const share = duplicate_rows.count / rows
  if (duplicate_rows.count > 0) {
    const about = duplicate_rows.exact ? '' : 'About '
    const advice = `${about}${figure(duplicate_rows.count)} rows (${percent(share)}) repeat an earlier one in every column: drop them unless they are meant.`
    found.push({ kind: 'duplicates', columns: [], points: WORST.duplicates * share, advice })
  }
  if (keys.length === 0) {
    const advice =
      'No column, and no pair of columns, tells all rows apart: add an id if rows must be found again.'
    found.push({ kind: 'no_key', columns: [], points: 0, advice })
  }
  return found
}

function judgePairs({ pairs, dependencies, columns: all }: Judged): Finding[] {
  const found: Finding[] = []
  const say = (columns: string[], advice: string): void => {
    found.push({ kind: 'redundant', columns, points: 0, advice })
  }
  const times = new Set(all.filter(({ type }) => isTemporal(type)).map(({ name }) => name))
  for (const { columns, pearson } of pairs)
    if (columns.some((name) => times.has(name))) continue
    else if (pearson !== null && Math.abs(pearson) >= REDUNDANT)
      say(
        columns,
        `${columns[0]} and ${columns[1]} say the same (correlation ${figure(pearson)}): one of them is enough.`,
      )
  for (const { determinant, dependent, share } of dependencies)
    if (share === 1)
      say(
        [determinant, dependent],
        `${determinant} decides ${dependent} in every row: ${dependent} could be looked up.`,
      )
  return found
}
