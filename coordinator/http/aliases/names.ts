// What calls of earlier interfaces share: names in camel case, algorithms and states in their spelling. They end where the
// calls of this interface do.

import { invalidRequest } from '#coordinator/http/validation.ts'
import { AppError, type Problem } from '#engine/errors.ts'

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Names of theirs that are others here, beside their case. */
export type Renamed = Readonly<Record<string, string>>

/** What was sent, its fields named as here; what is no object stays as it is. */
export function ourNames(sent: unknown, renamed: Renamed = {}): unknown {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return sent
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [renamed[name] ?? snake(name), value]),
  )
}

/** A reply of ours, its own fields in camel case. */
export function theirNames(reply: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(reply).map(([name, value]) => [camel(name), value]))
}

/** Runs it; the AppError that it throws names fields as the caller does. */
export async function inTheirNames<T>(renamed: Renamed, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.problems.length === 0) throw error
    const theirs = new Map(Object.entries(renamed).map(([name, ours]) => [ours, name]))
    const problems = error.problems.map((problem) => renameProblem(problem, theirs))
    if (error.code === 'invalid_request') throw invalidRequest(problems)
    throw new AppError(error.code, error.message, { problems, cause: error })
  }
}

function renameProblem(problem: Problem, theirs: ReadonlyMap<string, string>): Problem {
  const [, ours = '', ...rest] = problem.path.split('/')
  const name = theirs.get(ours) ?? camel(ours)
  if (name === ours) return problem
  const path = ['', name, ...rest].join('/')
  return { ...problem, path, message: problem.message.replaceAll(ours, name) }
}

const ALGORITHM_NAMES: Readonly<Record<string, string>> = {
  gaussian_copula: 'GaussianCopula',
  ctgan: 'CTGAN',
  tvae: 'TVAE',
  argn: 'ARGN',
  auto: 'AUTO',
}

/** `CTGAN`, `GaussianCopula` and so on, in any case, as they are called here. */
export function ourAlgorithm(sent: unknown): unknown {
  if (typeof sent !== 'string') return sent
  const plain = sent.toLowerCase().replace(/[^a-z]/g, '')
  const found = Object.keys(ALGORITHM_NAMES).find((name) => name.replace('_', '') === plain)
  return found ?? sent
}

export const theirAlgorithm = (name: string | null): string | null =>
  name === null ? null : (ALGORITHM_NAMES[name] ?? name)

/** Ids are text here; theirs may be numbers. */
export const idText = (sent: unknown): unknown => (typeof sent === 'number' ? String(sent) : sent)
