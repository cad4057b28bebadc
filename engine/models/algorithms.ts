// The algorithms by name.

import type { AlgorithmModule } from './algorithm.ts'
import { argn } from './argn/algorithm.ts'
import { copula } from './copula/algorithm.ts'
import { ctgan } from './ctgan/algorithm.ts'
import type { Algorithm } from './model-file.ts'
import { tvae } from './tvae/algorithm.ts'

/** Every algorithm that requests and model files may name. */
export const MODULES: Readonly<Record<Algorithm, AlgorithmModule>> = {
  gaussian_copula: copula,
  ctgan,
  tvae,
  argn,
}
