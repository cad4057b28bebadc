// What of a real value may be shown: the value itself, or its shape.

import { isPersonal } from '#engine/table/table.ts'
import type { IngestField } from './field.ts'
import type { Cell } from './records.ts'
import { holdsPersonal } from './semantic-checks.ts'

const SHOWN_MAX = 60

/** Whether values of the column are never shown: personal ones, and ids. */
export function isHidden(field: Pick<IngestField, 'type' | 'semantic'>): boolean {
  return field.type === 'id' || isPersonal(field)
}

/** Letters as X and x, digits as 9, the rest as it stands: `Xxxx.xxx@xxxxx.xxx`. */
export function shapeOf(text: string): string {
  return cut(text)
    .replace(/\p{Lu}/gu, 'X')
    .replace(/[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]/gu, 'x')
    .replace(/\p{N}/gu, '9')
}

/** The cell as it may be shown to whoever sees the data's profile. Free text with an address in it is a shape too. */
export function shownCell(cell: Cell, field: IngestField): Cell {
  if (cell === null || field.nullWords.includes(String(cell))) return null
  if (isHidden(field)) return shapeOf(String(cell))
  if (typeof cell !== 'string')
    return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
  return field.type === 'text' && holdsPersonal(cell) ? shapeOf(cell) : cut(cell)
}

function cut(text: string): string {
  const plain = text.replaceAll('\u0000', '\ufffd').toWellFormed()
  return plain.length > SHOWN_MAX ? `${plain.slice(0, SHOWN_MAX - 1).toWellFormed()}…` : plain
}
