// What every algorithm reads out of a model file, with suspicion: an encoder of its schema, tensors of its shapes.

import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from '#engine/errors.ts'
import { sizeOf } from '#engine/tensor/graph.ts'
import type { Learned } from './algorithm.ts'

/** For bytes that anyone may have sent: AppError `invalid_request`. */
export function notAModel(what: string): AppError {
  return new AppError('invalid_request', `this is no model: ${what}`)
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
        throw notAModel(`its tensor ${name} does not fit`)
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
export function checkEncoder<T extends TSchema>(schema: T, encoder: unknown): Static<T> {
  if (!Value.Check(schema, encoder)) throw notAModel('its encoder is not of its algorithm')
  return encoder as Static<T>
}
