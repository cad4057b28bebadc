// What model files say of modes, and reading it with suspicion.

import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { sizeOf } from '#engine/tensor/graph.ts'
import type { Learned } from '../algorithm.ts'
import type { TargetShape } from '../sampled.ts'
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
    throw misfit('its columns are not those of its encoder')
  for (const [at, target] of targets.entries()) {
    const [known, own] = [modes[at] as Modes, curves[at] as number[][]]
    if (known.kind !== target.kind) throw misfit(`the column ${target.name} is of another kind`)
    if (own.length !== (known.kind === 'numeric' ? known.stretches.length : 0))
      throw misfit(`the column ${target.name} has not a curve for each stretch`)
    if (known.kind === 'category' && target.kind === 'category') {
      const levels = [...known.kept, ...known.others.map(([level]) => level)]
      if (levels.some((level) => level >= target.levels))
        throw misfit(`the column ${target.name} has more levels than its target`)
    }
    if (hasPlace(known) && own.flat().some((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER))
      throw misfit(`the column ${target.name} has values out of range`)
  }
  const layout = layoutOf(modes)
  if (layout.width > WIDTH_MOST || layout.spans.some(({ count }) => count === 0 || count > 256))
    throw misfit('its columns are wider than networks are')
  return { targets, modes, layout, curves }
}

/** Tensors by name, of these shapes. AppError `invalid_request` where one is missing or has another size. */
export function readParameters(
  tensors: Learned['tensors'],
  shapes: readonly { name: string; shape: readonly number[] }[],
): Map<string, Float32Array> {
  return new Map(
    shapes.map(({ name, shape }) => {
      const values = tensors.get(name)?.values
      if (!(values instanceof Float32Array) || values.length !== sizeOf(shape))
        throw misfit(`its tensor ${name} does not fit`)
      return [name, values]
    }),
  )
}

/** The reverse. */
export function writeParameters(
  parameters: ReadonlyMap<string, Float32Array>,
  shapes: readonly { name: string; shape: readonly number[] }[],
): Learned['tensors'] {
  return new Map(
    shapes.map(({ name, shape }) => [
      name,
      { shape, values: parameters.get(name) as Float32Array },
    ]),
  )
}

/** AppError `invalid_request` for an encoder that is not of the schema. */
export function checkEncoder<T extends Type.TSchema>(schema: T, encoder: unknown): Static<T> {
  if (!Value.Check(schema, encoder)) throw misfit('its encoder is not of its algorithm')
  return encoder as Static<T>
}

function misfit(what: string): AppError {
  return new AppError('invalid_request', `this is no model: ${what}`)
}
