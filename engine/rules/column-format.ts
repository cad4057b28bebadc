// The `format` of a column: numbers, dates and booleans keep their values and show another text; text changes its
// letters.

import type { ColumnType } from '#engine/config/types.ts'
import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import { parseLayout } from './layout.ts'
import { lowerCase, upperCase } from './letter-case.ts'
import { numberLayoutText, parseNumberLayout } from './number-layout.ts'
import { numberPieces } from './number-pieces.ts'
import { createShown } from './shown-time.ts'
import { mapText, textKernel } from './text-kernel.ts'
import type { NumberVector } from './vector.ts'

/** What text formats show, and what fills it after the numbers. */
type Shown = { vector: NonNullable<NumberVector['shown']>; fill: (rows: Rows) => void }

const LETTERS: Readonly<Record<string, (text: string) => string>> = {
  upper: upperCase,
  lower: lowerCase,
}

/** The names that the `format` of a text column may have. */
export const TEXT_FORMATS = Object.keys(LETTERS)

/** `yes/no`: what stands for true, and for false; null where the format is no such pair. */
function wordsOf(format: string): [string, string] | null {
  const [yes, no, ...more] = format.split('/')
  return yes !== undefined && no !== undefined && more.length === 0 ? [yes, no] : null
}

/** What is wrong with a format for values of the type, as the end of a sentence; null where nothing is. */
export function formatFault(format: string, type: ColumnType): string | null {
  switch (type) {
    case 'int':
    case 'float':
    case 'decimal':
      return parseNumberLayout(format) ? null : 'is no layout of numbers'
    case 'date':
    case 'datetime':
    case 'time': {
      const parts = parseLayout(format)
      return 'fault' in parts ? `has "${parts.fault}", which stands for nothing` : null
    }
    case 'bool':
      return wordsOf(format) ? null : 'is not two words'
    case 'str':
      return Object.hasOwn(LETTERS, format) ? null : 'is no change of letters'
    case 'uuid':
    case 'json':
      return `is not for columns of type ${type}`
  }
}

function shownNumbers(vector: NumberVector, format: string, capacity: number): Shown {
  const layout = parseNumberLayout(format)
  if (!layout) throw new RangeError(`no layout of numbers: ${format}`)
  const pieces = numberPieces(layout, vector, capacity)
  if (pieces) return { vector: pieces.vector, fill: ({ n }) => pieces.fill(n) }
  return textKernel(capacity, () => undefined, numberLayoutText(layout, vector))
}

function shownWords(vector: NumberVector, format: string, capacity: number): Shown {
  const [yes, no] = wordsOf(format) ?? []
  if (yes === undefined || no === undefined) throw new RangeError(`not two words: ${format}`)
  const codes = new Int32Array(capacity)
  const pieces = [{ kind: 'code', dictionary: [no, yes], codes } as const]
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill({ n }) {
      for (let i = 0; i < n; i++) codes[i] = vector.values[i] === 0 ? 0 : 1
    },
  }
}

function shownOf(vector: NumberVector, format: string, capacity: number): Shown {
  const { type, values } = vector
  if (type === 'bool') return shownWords(vector, format, capacity)
  if (type !== 'date' && type !== 'datetime' && type !== 'time') {
    return shownNumbers(vector, format, capacity)
  }
  const shown = createShown(format, type, null, capacity)
  return { vector: shown.vector, fill: (rows) => shown.fill(values, rows.n) }
}

/** The kernel of a column, shown in its format. RangeError for a format that `formatFault` finds fault with. */
export function withFormat(kernel: Kernel, format: string, capacity: number): Kernel {
  const { vector } = kernel
  if (vector.kind !== 'number') {
    const change = LETTERS[format]
    if (!change) throw new RangeError(`no change of letters: ${format}`)
    return mapText(kernel, capacity, change)
  }
  const shown = shownOf(vector, format, capacity)
  return {
    vector: { ...vector, shown: shown.vector },
    fill(rows) {
      kernel.fill(rows)
      shown.fill(rows)
    },
  }
}
