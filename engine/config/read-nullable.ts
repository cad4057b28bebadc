// The `nullable` of a column: true, a rate, {rate} or {when}.
import type { Report } from './problem.ts'
import { isObject } from './shape.ts'
import type { Nullable } from './types.ts'

const DEFAULT_RATE = 0.05
const HINT =
  'Write nullable: true (5 %), nullable: 0.1, {rate: 0.1} or {when: "status == \'pending\'"}'

/** Null means never null. */
export function readNullable(value: unknown, path: string, report: Report): Nullable | null {
  if (value === undefined || value === null || value === false) return null
  if (value === true) return { rate: DEFAULT_RATE }
  if (isRate(value)) return value === 0 ? null : { rate: value }
  if (isObject(value) && Object.keys(value).length === 1) {
    const { rate, when } = value
    if (isRate(rate)) return rate === 0 ? null : { rate }
    if (typeof when === 'string' && when.trim() !== '') return { when }
  }
  report.problem(path, 'nullable is true, a rate from 0 to 1, {rate} or {when}', HINT)
  return null
}

function isRate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}
