// The algorithms by name.

import { AppError } from '#engine/errors.ts'
import type { AlgorithmModule } from './algorithm.ts'
import { argn } from './argn/algorithm.ts'
import { copula } from './copula/algorithm.ts'
import { ctgan } from './ctgan/algorithm.ts'
import type { Algorithm } from './model-file.ts'
import { tvae } from './tvae/algorithm.ts'

const MODULES: Partial<Record<Algorithm, AlgorithmModule>> = {
  gaussian_copula: copula,
  ctgan,
  tvae,
  argn,
}

/** What this release can learn with. */
export function hasAlgorithm(name: Algorithm): boolean {
  return MODULES[name] !== undefined
}

/** AppError `unsupported` for an algorithm that this release does not have. */
export function algorithmOf(name: Algorithm): AlgorithmModule {
  const module = MODULES[name]
  if (module === undefined)
    throw new AppError('unsupported', `${name}: there is ${Object.keys(MODULES).join(', ')}`)
  return module
}
