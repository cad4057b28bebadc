// `unique` of a table: lists of columns whose values together do not repeat.
import { at, type Report } from './problem.ts'

const EXAMPLE = 'Write unique: [[student_id, course_id]]'
const COLUMNS_MAX = 16

export function readUnique(
  value: unknown,
  path: string,
  report: Report,
): { path: string; columns: string[] }[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    report.problem(path, 'unique is a list of lists of columns', EXAMPLE)
    return []
  }
  const written: unknown[] = value.every((item) => typeof item === 'string') ? [value] : value
  return written.flatMap((item, i) => {
    const place = written[0] === value ? path : at(path, i)
    const names = typeof item === 'string' ? [item] : item
    if (
      Array.isArray(names) &&
      names.length > 0 &&
      names.length <= COLUMNS_MAX &&
      names.every((name) => typeof name === 'string')
    ) {
      return [{ path: place, columns: [...new Set(names as string[])] }]
    }
    report.problem(place, `unique is a list of 1 to ${COLUMNS_MAX} column names`, EXAMPLE)
    return []
  })
}
