// Collecting what is wrong with a config: every reader and check reports here, nothing throws, and the caller
// gets all of it at once.
import { AppError, type Problem } from '#engine/errors.ts'
import { nearestName } from './nearest.ts'

/**
 * `unsupported`: the language has it, this release does not. `path` is a JSON pointer into what was sent, `within`
 * the offset in the text that it points at.
 */
export type ConfigProblem = Problem & { unsupported?: true; within?: number }

/** The document is untrusted: past this many problems the rest is not reported. */
const PROBLEMS_MAX = 200

/** 1-based, in the text that was sent. */
export type Place = { line: number; column: number }

/** A character of the text that the path points at, from 0. */
export type Within = { within: number }

export type Report = {
  /** Something to correct; the hint says what to write. */
  problem: (path: string, message: string, hint?: string, place?: Place | Within) => void
  /** Part of the language, but not of this release; `works` says what can be written today. */
  unsupported: (path: string, message: string, works: string, place?: Within) => void
  warning: (message: string) => void
  /** What the language has at `path` was written at another one: under another name, or in another place. */
  written: (path: string, asWritten: string) => void
  /** By path, where it was written. */
  names: ReadonlyMap<string, string>
  problems: ConfigProblem[]
  warnings: string[]
}

export function createReport(): Report {
  const problems: ConfigProblem[] = []
  const warnings: string[] = []
  const names = new Map<string, string>()
  const add = (problem: ConfigProblem): void => {
    if (problems.length < PROBLEMS_MAX) problems.push(problem)
  }
  return {
    problem: (path, message, hint, place) =>
      add({ path, message, ...(hint === undefined ? {} : { hint }), ...place }),
    unsupported: (path, message, works, place) =>
      add({ path, message, hint: works, unsupported: true, ...place }),
    warning: (message) => {
      if (warnings.length < PROBLEMS_MAX) warnings.push(message)
    },
    written: (path, asWritten) => {
      if (path !== asWritten) names.set(path, asWritten)
    },
    names,
    problems,
    warnings,
  }
}

/** A path by the names that were written, of itself and of what it lies in. */
export function pathAsWritten(path: string, names: Report['names']): string {
  let result = path
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const found = names.get(path.slice(0, end))
    if (found !== undefined) result = found + result.slice(end)
  }
  return result
}

/** One error for all problems: `unsupported` when nothing else is wrong, else `invalid_config`. */
export function configError(problems: ConfigProblem[]): AppError {
  const onlyUnsupported = problems.length > 0 && problems.every((p) => p.unsupported === true)
  const first = problems[0]
  const message = first === undefined ? 'The config is not valid' : first.message
  return new AppError(onlyUnsupported ? 'unsupported' : 'invalid_config', message, {
    problems: problems.map(withoutMark),
  })
}

function withoutMark({ unsupported: _mark, within: _offset, ...problem }: ConfigProblem): Problem {
  return problem
}

/** Appends one step to a JSON pointer (RFC 6901 escapes). */
export function at(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The hint for a wrong name: the nearest valid one first, else a few of them. */
export function nameHint(wrong: string, valid: readonly string[]): string {
  const near = wrong === '' ? null : nearestName(wrong, valid)
  if (near !== null) return `Did you mean ${near}?`
  const shown = valid.slice(0, 12).join(', ')
  if (shown === '') return 'There is none to choose from.'
  return valid.length > 12 ? `For example ${shown}.` : `Use one of ${shown}.`
}

/** A user's value in a message: short, and text in quotes, so that "5" is not 5. */
export function quote(value: unknown): string {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  const short = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown
  return typeof value === 'string' ? `"${short}"` : short
}
