// What model files say of modes, and reading it with suspicion.

import Type, { type Static } from 'typebox'
import type { TargetShape } from '../sampled.ts'
import { notAModel } from '../stored-parts.ts'
import { hasPlace, layoutOf, WIDTH_MOST } from './layout.ts'
import type { Modes } from './modes.ts'
import type { ModeModel } from './sampler.ts'

const Level = Type.Integer({ minimum: 0 })
const Values = Type.Array(Type.Number(), { maxItems: 1024 })

export const ModesSchema = Type.Array(
  Type.Union([
    Type.Object({
      kind: Type.Literal('category'),
      name: Type.String(),
      kept: Type.Array(Level, { maxItems: 255 }),
      others: Type.Array(Type.Tuple([Level, Level])),
    }),
    Type.Object({
      kind: Type.Literal('numeric'),
      name: Type.String(),
      decimals: Type.Integer({ minimum: 0, maximum: 15 }),
      atoms: Values,
      stretches: Type.Array(
        Type.Object({
          low: Type.Number(),
          high: Type.Number(),
          mean: Type.Number(),
          std: Type.Number(),
          weight: Type.Number(),
        }),
        { maxItems: 100 },
      ),
      hasNull: Type.Boolean(),
      scale: Type.Optional(
        Type.Object({ centre: Type.Number(), width: Type.Number({ exclusiveMinimum: 0 }) }),
      ),
      grid: Type.Optional(
        Type.Object({ step: Type.Integer({ minimum: 1 }), from: Type.Integer() }),
      ),
    }),
  ]),
)

/** By column, by stretch. */
export const CurvesSchema = Type.Array(
  Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 1025 })),
)

type Encoder = { modes: Static<typeof ModesSchema>; curves: Static<typeof CurvesSchema> }

/** AppError `invalid_request` where modes, curves and targets do not belong together. */
export function readModes(targets: readonly TargetShape[], { modes, curves }: Encoder): ModeModel {
  if (modes.length !== targets.length || curves.length !== targets.length)
    throw notAModel('its columns are not those of its encoder')
  for (const [at, target] of targets.entries()) {
    const [known, own] = [modes[at] as Modes, curves[at] as number[][]]
    if (known.kind !== target.kind) throw notAModel(`the column ${target.name} is of another kind`)
    if (own.length !== (known.kind === 'numeric' ? known.stretches.length : 0))
      throw notAModel(`the column ${target.name} has not a curve for each stretch`)
    if (known.kind === 'category' && target.kind === 'category') {
      const levels = [...known.kept, ...known.others.map(([level]) => level)]
      if (levels.some((level) => level >= target.levels))
        throw notAModel(`the column ${target.name} has more levels than its target`)
    }
    if (hasPlace(known) && own.flat().some((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER))
      throw notAModel(`the column ${target.name} has values out of range`)
  }
  const layout = layoutOf(modes)
  if (layout.width > WIDTH_MOST || layout.spans.some(({ count }) => count === 0 || count > 256))
    throw notAModel('its columns are wider than networks are')
  return { targets, modes, layout, curves }
}
