// Columns that follow from others by a formula, as targets that follow from theirs.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { type Column, type NumberColumn, nullsOf } from '#engine/table/table.ts'
import type { PreparedColumn } from '../prepare.ts'
import { protectNumbers } from '../protect.ts'
import { combinationOf } from './combine.ts'
import type { NumberDerivation } from './derived.ts'
import { type Formula, operandsOf } from './formulas.ts'
import type { TargetList } from './target-list.ts'

export type RelationSource = {
  list: TargetList
  seed: number
  /** What an operand has become. */
  partOf: (column: number) => PreparedColumn
}

/** Null where an operand is not learned as a number. */
export function learnRelation(
  column: Column,
  formula: Formula,
  source: RelationSource,
): PreparedColumn | null {
  if (column.kind !== 'number') return null
  const { field, values } = column
  const from = derivationOf(formula, column, source)
  if (from === null) return null
  const nulls = nullsOf(column, values.length)
  const own = protectNumbers(
    column,
    nulls,
    createSeededRandom(source.seed, `prepare ${field.name}`),
  )
  if (own.kind === 'constant') return null
  const { name, decimals, min, max } = own
  const target = source.list.derive({ kind: 'numeric', name, decimals, min, max, step: 1, from })
  return { kind: 'numeric', field, target, nulls: nulls > 0 }
}

function derivationOf(
  { form, first, second, unit, offset }: Formula,
  column: NumberColumn,
  source: RelationSource,
): NumberDerivation | null {
  const a = typeof first === 'number' ? targetOf(first, source) : helper(first, column, source)
  if (a === null) return null
  if (second === undefined) return { type: 'linear', first: a, unit, offset }
  const b = targetOf(second, source)
  if (b === null) return null
  const operands = { first: a, second: b, unit }
  return form === 'ratio' ? { type: form, ...operands } : { type: form, ...operands, offset }
}

/** Of an operand, null where it is not learned as a number. */
export function targetOf(column: number, { partOf }: RelationSource): number | null {
  const part = partOf(column)
  return part.kind === 'numeric' ? part.target : null
}

/** What is between, unrounded; null where an operand is not learned as a number. */
export function helper(
  formula: Formula,
  column: NumberColumn,
  source: RelationSource,
): number | null {
  const { list, partOf } = source
  const from = derivationOf(formula, column, source)
  const combination = from && combinationOf(from, (target) => list.endsOf(target))
  if (from === null || combination == null || from.type === 'constant') return null
  const { min: low, max: high } = list.endsOf(from.first)
  const { least, most } = combination
  const decimals = operandsOf(formula).reduce((sum, one) => sum + partOf(one).field.decimals, 0)
  return list.derive({
    ...{ kind: 'numeric', name: list.nameOf(`${column.field.name} (part)`), step: 1, from },
    ...{ decimals: Math.min(DECIMALS_MOST, decimals) },
    min: Math.min(least(low), least(high)),
    max: Math.max(most(low), most(high)),
  })
}

const DECIMALS_MOST = 12
