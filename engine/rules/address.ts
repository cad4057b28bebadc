// address: one line whose city, state and postcode belong together, in the order of the locale.

import { findList } from '#engine/data/lists.ts'
import type { Rows } from '#engine/rows.ts'
import { composition } from '#engine/words/locale-patterns.ts'
import { type Places, placesOf } from '#engine/words/places.ts'
import { drawParts } from './composed.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { createPlaceDraw, createPostcodes } from './place.ts'
import { textAt } from './read.ts'
import { piecesOf } from './template.ts'
import { textKernel } from './text-kernel.ts'
import { createUniqueAddresses } from './unique-address.ts'
import type { Piece, Vector } from './vector.ts'

type Part = { vector: Vector; fill: (rows: Rows, place: Int32Array) => void }

const nothing = (): void => undefined

/** Ordinal of the first block that the street draws from; the place draws from the one before. */
const STREET_BLOCK = 1

function pieces(list: readonly Piece[], fill: Part['fill'] = nothing): Part {
  return { vector: { kind: 'pieces', pieces: list, nulls: null }, fill }
}

function codes(dictionary: readonly string[], codeOf: Int32Array, capacity: number): Part {
  const filled = new Int32Array(capacity)
  return pieces([{ kind: 'code', dictionary, codes: filled }], (rows, place) => {
    for (let i = 0; i < rows.n; i++) filled[i] = codeOf[place[i] as number] as number
  })
}

type Street = { pieces: readonly Piece[]; fill?: (rows: Rows) => void }

function drawnPart(
  name: string,
  places: Places,
  context: RuleContext,
  streetOf: () => Street,
): Part {
  const { capacity } = context
  const { cities, sorted, stateOf, states, abbreviations } = places
  const cityCodes = Int32Array.from(sorted)
  const stateCodes = cityCodes.map((city) => stateOf[city] as number)
  switch (name) {
    case 'city':
      return codes(cities, cityCodes, capacity)
    case 'state':
      return codes(states, stateCodes, capacity)
    case 'state_abbr':
      return codes(abbreviations, stateCodes, capacity)
    case 'postcode': {
      const postcodes = createPostcodes(places, context)
      return pieces(postcodes.pieces, postcodes.fill)
    }
    default: {
      const street = streetOf()
      return pieces(street.pieces, street.fill)
    }
  }
}

/** The column that stands in a slot of the address, if one is given. */
function columnOf(slot: string, { from = {} }: RuleOf<'address'>): string | undefined {
  if (slot === 'street_address') return from.street
  if (slot === 'state_abbr') return from.state
  return slot === 'city' || slot === 'state' || slot === 'postcode' ? from[slot] : undefined
}

function partsOf(
  rule: RuleOf<'address'>,
  places: Places,
  context: RuleContext,
  streetOf: () => Street,
): Part[] {
  const [pattern = ''] = findList(rule.locale, 'places', 'address').list
  return pattern.split(/\{(\w+)\}/).map((text, i): Part => {
    if (i % 2 === 0) return pieces(text === '' ? [] : [{ kind: 'literal', text }])
    const column = columnOf(text, rule)
    if (column !== undefined) return { vector: context.vector(column), fill: nothing }
    return drawnPart(text, places, context, streetOf)
  })
}

export function compileAddress(rule: RuleOf<'address'>, context: RuleContext): Kernel {
  const places = placesOf(rule.locale)
  const { street: _street, ...from } = rule.from ?? {}
  const unique = context.unique ? createUniqueAddresses(rule.locale, context) : null
  const streetParts = () => composition(rule.locale, 'street_address').parts
  const streetOf = () => unique?.street ?? drawParts(streetParts(), context, STREET_BLOCK)
  const parts = partsOf(rule, places, context, streetOf)
  const draw = unique?.draw ?? createPlaceDraw(places, from, context)
  const place = new Int32Array(context.capacity)
  const fill = (rows: Rows) => {
    draw(place, rows)
    for (const part of parts) part.fill(rows, place)
  }
  const shown = parts.map(({ vector }) => piecesOf(vector))
  if (shown.every((list) => list !== null)) {
    return { vector: { kind: 'pieces', pieces: shown.flat(), nulls: null }, fill }
  }
  return textKernel(context.capacity, fill, (i) =>
    parts.map(({ vector }) => textAt(vector, i)).join(''),
  )
}
