// What is said of a condition that no row of a model meets.

import { AppError } from '#engine/errors.ts'

/** `invalid_request` for the target of that name. */
export function impossible(name: string): AppError {
  return new AppError('invalid_request', `no value of ${name} meets the condition`)
}
