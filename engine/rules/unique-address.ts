// Addresses without repeats: a permuted number for each row, of which street and place take their digits.

import type { Rows } from '#engine/rows.ts'
import { decodeTexts } from '#engine/words/layout.ts'
import { uniqueAddressesOf } from '#engine/words/unique-addresses.ts'
import { layoutPieces } from './composed.ts'
import { uniqueDraw } from './index-draw.ts'
import type { RuleContext } from './kernel.ts'
import type { Piece } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296

/** The pieces of the street, and what fills these and the places of a batch. */
export function createUniqueAddresses(
  locale: string,
  context: RuleContext,
): { street: { pieces: readonly Piece[] }; draw: (place: Int32Array, rows: Rows) => void } {
  const { street, places, numbersPlace, capacity } = uniqueAddressesOf(locale)
  const { pieces, codes } = layoutPieces(street, context.capacity)
  const permute = uniqueDraw(context, capacity)
  const numbers = new Float64Array(context.capacity)
  const count = places.length
  return {
    street: { pieces },
    draw(place, rows) {
      permute(numbers, rows)
      if (numbersPlace) {
        for (let i = 0; i < rows.n; i++) {
          const number = numbers[i] as number
          const rest = Math.floor(number / count)
          place[i] = places[number - rest * count] as number
          numbers[i] = rest
        }
      } else {
        const [word] = context.random.words(rows, context.stream, 0)
        for (let i = 0; i < rows.n; i++) {
          place[i] = places[Math.floor((word[i] as number) * INVERSE_WORD * count)] as number
        }
      }
      decodeTexts(street, codes, numbers, rows.n)
    },
  }
}
