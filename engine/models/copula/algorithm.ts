// The Gaussian copula among the algorithms: its place in model files.

import Type from 'typebox'
import { AppError } from '#engine/errors.ts'
import { cholesky } from '#engine/math/positive-definite.ts'
import type { AlgorithmModule } from '../algorithm.ts'
import type { TargetShape } from '../sampled.ts'
import { checkEncoder, notAModel } from '../stored-parts.ts'
import type { FileTensor } from '../tensor-file.ts'
import { fitCopula } from './copula.ts'
import type { Latent } from './latent.ts'
import { createCopulaSampler } from './sampler.ts'

const Encoder = Type.Object({
  latents: Type.Array(
    Type.Object({
      target: Type.Integer({ minimum: 0 }),
      of: Type.Enum(['level', 'number', 'null']),
      pieces: Type.Integer({ minimum: 1 }),
    }),
  ),
})

/** Tensors of a model file: the pieces of all variables one behind the other, and the matrix. */
const TENSORS = {
  from: 'pieces from',
  to: 'pieces to',
  mass: 'pieces mass',
  correlation: 'correlation',
}

export const copula: AlgorithmModule = {
  drawsWithin: true,
  options: Type.Object({}, { additionalProperties: false }),
  async train(targets, { seed }, { signal }) {
    if (signal.aborted) throw new AppError('cancelled', 'the training was ended')
    const { latents, correlation } = fitCopula(targets, { seed })
    const joined = (of: 'from' | 'to' | 'mass'): FileTensor => {
      const values = Float64Array.from(latents.flatMap((latent) => [...latent[of]]))
      return { shape: [values.length], values }
    }
    const square = [latents.length, latents.length]
    return {
      encoder: {
        latents: latents.map(({ target, of, mass }) => ({ target, of, pieces: mass.length })),
      },
      tensors: new Map([
        [TENSORS.from, joined('from')],
        [TENSORS.to, joined('to')],
        [TENSORS.mass, joined('mass')],
        [TENSORS.correlation, { shape: square, values: correlation }],
      ]),
      history: [],
    }
  },
  async createSampler({ targets, encoder, tensors }, options) {
    const known = checkEncoder(Encoder, encoder)
    const { from, to, mass, correlation } = readTensors(tensors)
    let start = 0
    const latents = known.latents.map(({ target, of, pieces }): Latent => {
      const end = start + pieces
      const part = { from: from.slice(start, end), to: to.slice(start, end) }
      const latent = { target, of, ...part, mass: mass.slice(start, end) }
      start = end
      if (!isSound(latent, targets[target], pieces))
        throw notAModel('a variable of it makes no sense')
      return latent
    })
    if (start !== mass.length || !isCorrelation(correlation, latents.length))
      throw notAModel('its tensors do not fit together')
    if (targets.some((_, at) => !latents.some(({ target }) => target === at)))
      throw notAModel('a column of it has no variable')
    return createCopulaSampler({ latents, correlation, targets }, options)
  },
}

function readTensors(tensors: ReadonlyMap<string, FileTensor>) {
  const read = (name: string): Float64Array => {
    const values = tensors.get(name)?.values
    if (values instanceof Float64Array && values.every(Number.isFinite)) return values
    throw notAModel(`its tensor ${name} does not fit`)
  }
  return {
    from: read(TENSORS.from),
    to: read(TENSORS.to),
    mass: read(TENSORS.mass),
    correlation: read(TENSORS.correlation),
  }
}

/** Pieces of mass that adds up to 1, within what the target may be. */
function isSound(
  { of, from, to, mass }: Latent,
  target: TargetShape | undefined,
  pieces: number,
): boolean {
  if (target === undefined || (target.kind === 'category') !== (of === 'level')) return false
  if (from.length !== pieces || to.length !== pieces || mass.length !== pieces) return false
  const total = mass.reduce((sum, share) => sum + share, 0)
  if (!mass.every((share) => share > 0) || Math.abs(total - 1) > 1e-6) return false
  return from.every((first, at) => {
    const last = to[at] as number
    if (!Number.isInteger(first) || !Number.isInteger(last) || first > last) return false
    if (of === 'null') return first >= 0 && last <= 1
    if (target.kind === 'category') return first === last && first >= 0 && last < target.levels
    return true
  })
}

function isCorrelation(matrix: Float64Array, count: number): boolean {
  if (matrix.length !== count * count || cholesky(matrix, count) === null) return false
  return matrix.every((value, at) => {
    const [row, column] = [Math.floor(at / count), at % count]
    return row === column ? value === 1 : value === matrix[column * count + row]
  })
}
