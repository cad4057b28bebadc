// The evidence of cells in bytes, the same as that of their texts: most cells come again, or are written as those before
// them, and what they say is known without making a text of them.

import {
  BEYOND_ASCII,
  type ByteCells,
  HAS_SPACE,
  lengthOf,
  signsOf,
  textAt,
} from '#engine/table/byte-cells.ts'
import { fractionOf } from './byte-numbers.ts'
import type { CellEvidence } from './cell-evidence.ts'
import { mayBeWord, wordKind } from './field.ts'
import { createRepeatedCells, type RepeatedCells } from './repeated-cells.ts'
import { isAsked } from './value-questions.ts'

export type ByteInference = {
  add(cells: ByteCells, rows: number): void
  /** Cells that came again are in the evidence only after this. */
  settle(): void
}

/** `distinctMax` different cells are held. */
export function createByteInference(evidence: CellEvidence, distinctMax: number): ByteInference {
  const { count } = evidence
  /** Null once there are too many. */
  let repeats: RepeatedCells | null = createRepeatedCells(distinctMax)
  const settle = (): void => repeats?.settle((text, times) => addAgain(evidence, text, times))
  const addNew = (cells: ByteCells, from: number, to: number): void => {
    const text = textAt(cells.bytes, from, to)
    if (repeats?.add(cells.bytes, from, to, wordKind(text) === undefined) === false) {
      settle()
      repeats = null
    }
    evidence.addText(text)
  }
  return {
    add(cells, rows) {
      const { bounds, first, step, view } = cells
      count.cells += rows
      for (let row = 0, at = first; row < rows; row++, at += step) {
        const from = bounds[at] as number
        const to = bounds[at + 1] as number
        if (from < 0) count.nulls++
        else if (repeats === null) addLoose(evidence, cells, from, to)
        else {
          const code = repeats.find(view, from, to)
          if (code < 0) addNew(cells, from, to)
          else if (repeats.again(code) && isAsked(++count.values))
            evidence.questions.ask(repeats.textOf(code))
        }
      }
    },
    settle,
  }
}

/** What `addText` does with a text each time that it comes again; values are counted when they come. */
function addAgain({ words, count, distinct }: CellEvidence, text: string, times: number): void {
  const word = words.get(text)
  if (word !== undefined) {
    word.times += times
    return
  }
  count.length += text.length * times
  distinct.add(text, times)
}

const ZERO = 48

/** A cell of very many different ones, all of which were looked at while they were few. */
function addLoose(evidence: CellEvidence, cells: ByteCells, from: number, to: number): void {
  const { bytes, view } = cells
  const { count, is, numbers, search } = evidence
  if (mayBeWord(bytes, from, to) || !evidence.distinct.addBytes(view, from, to)) {
    evidence.addText(textAt(bytes, from, to))
    return
  }
  if (isAsked(++count.values)) evidence.questions.ask(textAt(bytes, from, to))
  // What is true or false, or 0 or 1, has too few values to come here.
  is.boolean = false
  is.flag = false
  if (is.numeric && !isKnownNumber(evidence, bytes, from, to))
    is.numeric = numbers.add(textAt(bytes, from, to))
  if (is.dated && !search.knows(bytes, from, to)) is.dated = search.add(textAt(bytes, from, to))
  const signs = signsOf(view, from, to)
  if ((signs & HAS_SPACE) !== 0) is.spaced = true
  count.length += (signs & BEYOND_ASCII) === 0 ? to - from : lengthOf(view, from, to)
}

function isKnownNumber(
  { numbers }: CellEvidence,
  bytes: Uint8Array,
  from: number,
  to: number,
): boolean {
  const fraction = fractionOf(bytes, from, to)
  return fraction >= 0 && numbers.knows(fraction, fraction === 1 && bytes[to - 1] === ZERO)
}
