// Derived targets of a model file, with suspicion: each follows from targets before it, of the right kind.

import Type from 'typebox'
import { zoneNames } from '#engine/data/zones.ts'
import type { TargetShape } from '../sampled.ts'
import { notAModel } from '../stored-parts.ts'
import { type DerivedTarget, shapeOfDerived } from './derived.ts'

const Count = Type.Integer({ minimum: 0 })
const Name = Type.String({ maxLength: 10_000 })
const numeric = {
  ...{ kind: Type.Literal('numeric'), name: Name },
  ...{
    decimals: Type.Integer({ minimum: 0, maximum: 15 }),
    min: Type.Number(),
    max: Type.Number(),
  },
  step: Type.Number({ minimum: 1 }),
}
const Operands = { first: Count, second: Count }

/** What `model` of a file's metadata has as `derived`. */
export const DerivedList = Type.Array(
  Type.Union([
    Type.Object({
      ...numeric,
      from: Type.Union([
        Type.Object({
          ...{ type: Type.Literal('linear'), first: Count, second: Type.Optional(Count) },
          ...{ unit: Type.Number({ exclusiveMinimum: 0 }), offset: Type.Number() },
          cut: Type.Optional(Type.Literal(true)),
        }),
        Type.Object({
          ...{ type: Type.Literal('product'), ...Operands },
          ...{ unit: Type.Number(), offset: Type.Number() },
        }),
        Type.Object({ type: Type.Literal('ratio'), ...Operands, unit: Type.Number() }),
        Type.Object({ type: Type.Literal('month_day'), ...Operands }),
        Type.Object({ type: Type.Literal('month_weekday'), ...Operands }),
        Type.Object({
          ...{ type: Type.Literal('lookup'), first: Count },
          values: Type.Array(Type.Union([Type.Null(), Type.Number()])),
        }),
        Type.Object({
          ...{ type: Type.Literal('zoned'), first: Count },
          zone: Type.String({ maxLength: 100 }),
        }),
        Type.Object({ type: Type.Literal('constant'), value: Type.Number() }),
      ]),
    }),
    Type.Object({
      ...{ kind: Type.Literal('category'), name: Name, levels: Type.Integer({ minimum: 1 }) },
      from: Type.Union([
        Type.Object({
          ...{ type: Type.Literal('lookup'), first: Count },
          codes: Type.Array(Count),
        }),
        Type.Object({
          ...{ type: Type.Literal('ranges'), first: Count, ends: Type.Array(Type.Number()) },
          ...{ codes: Type.Array(Count), ofNull: Type.Optional(Count) },
        }),
      ]),
    }),
  ]),
  { maxItems: 100_000 },
)

/** AppError `invalid_request` unless they follow from these targets and each other, in their order. */
export function checkDerived(
  derived: readonly DerivedTarget[],
  targets: readonly TargetShape[],
): void {
  const known = [...targets]
  for (const target of derived) {
    if (!follows(target, known)) throw notAModel(`${target.name} does not follow from its targets`)
    known.push(shapeOfDerived(target))
  }
}

function follows(target: DerivedTarget, known: readonly TargetShape[]): boolean {
  if (target.kind === 'category') {
    const { from } = target
    const { first, codes } = from
    const isLevel = (code: number): boolean => code < target.levels
    if (from.type === 'ranges') {
      const ascends = from.ends.every((end, i) => i === 0 || end > (from.ends[i - 1] ?? end))
      if (known[first]?.kind !== 'numeric' || !ascends) return false
      return codes.length === from.ends.length + 1 && [...codes, from.ofNull ?? 0].every(isLevel)
    }
    return levelsOf(known[first]) === codes.length && codes.every(isLevel)
  }
  const { from } = target
  if (!(target.min <= target.max)) return false
  if (from.type === 'constant') return true
  if (from.type === 'lookup') return levelsOf(known[from.first]) === from.values.length
  if (from.type === 'zoned')
    return known[from.first]?.kind === 'numeric' && zoneNames().includes(from.zone)
  const operands = from.second === undefined ? [from.first] : [from.first, from.second]
  return operands.every((at) => known[at]?.kind === 'numeric')
}

const levelsOf = (shape: TargetShape | undefined): number | null =>
  shape?.kind === 'category' ? shape.levels : null
