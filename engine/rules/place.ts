// city, state and postcode that agree with other columns, and the places that addresses are made of.
import type { FromColumns } from '#engine/config/word-rules.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import { decodeTexts, layoutCapacity } from '#engine/words/layout.ts'
import { type Places, placeOfPostcode, placesOf } from '#engine/words/places.ts'
import { layoutPieces } from './composed.ts'
import { distinctTexts } from './distinct.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { createLookup, positionIn } from './lookup.ts'
import { codeVector, type Piece } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296

/** A place of a row, by its number in `sorted`: of the state with this number, or -1. */
type Find = (i: number) => { place: number; state: number }

const UNKNOWN = -1

/** What the columns say of each row: a place by postcode or city, or a state. */
function finder(places: Places, from: FromColumns, context: RuleContext): Find {
  const { sorted, cities, states, abbreviations } = places
  const byPostcode = from.postcode === undefined ? null : context.vector(from.postcode)
  const byCity = from.city === undefined ? null : context.vector(from.city)
  const byState = from.state === undefined ? null : context.vector(from.state)
  const postcode = byPostcode && createLookup(byPostcode, (text) => placeOf(places, text), UNKNOWN)
  const order = new Int32Array(sorted.length)
  sorted.forEach((city, k) => {
    order[city] = k
  })
  const cityAt = positionIn(cities)
  const city = byCity && createLookup(byCity, (text) => order[cityAt(text)] ?? UNKNOWN, UNKNOWN)
  const stateAt = positionIn(states)
  const shortAt = positionIn(abbreviations)
  const stateOf = (text: string) => Math.max(stateAt(text), shortAt(text))
  const state = byState && createLookup(byState, stateOf, UNKNOWN)
  return (i) => {
    const exact = postcode ? postcode(i) : UNKNOWN
    const place = exact < 0 && city ? city(i) : exact
    return { place, state: place < 0 && state ? state(i) : UNKNOWN }
  }
}

function placeOf(places: Places, text: string): number {
  const index = places.postcodeIndex(text)
  return index < 0 ? UNKNOWN : placeOfPostcode(places, index)
}

/** A place for each row: the one that the columns name, else one of the state they name, else any. */
export function createPlaceDraw(
  places: Places,
  from: FromColumns,
  context: RuleContext,
): (out: Int32Array, rows: Rows) => void {
  const find = Object.keys(from).length === 0 ? null : finder(places, from, context)
  const { firsts, sorted } = places
  return (out, rows) => {
    const word = context.random.words(rows, context.stream, 0)[0]
    if (find === null) {
      const all = sorted.length
      for (let i = 0; i < rows.n; i++) {
        out[i] = Math.floor((word[i] as number) * INVERSE_WORD * all)
      }
      return
    }
    for (let i = 0; i < rows.n; i++) {
      const { place, state } = find(i)
      const first = firsts[state] ?? 0
      const own = state < 0 ? 0 : (firsts[state + 1] as number) - first
      const [low, count] = own > 0 ? [first, own] : [0, sorted.length]
      out[i] = place >= 0 ? place : low + Math.floor((word[i] as number) * INVERSE_WORD * count)
    }
  }
}

/** Postcodes of places, and the pieces that show them. */
export function createPostcodes(
  { blocks, postcodes }: Places,
  { random, stream, capacity }: RuleContext,
): { pieces: readonly Piece[]; fill: (rows: Rows, place: Int32Array) => void } {
  const { pieces, codes } = layoutPieces(postcodes, capacity)
  const draws = new Float64Array(capacity)
  return {
    pieces,
    fill(rows, place) {
      const [, , high, low] = random.words(rows, stream, 0)
      for (let i = 0; i < rows.n; i++) {
        const k = place[i] as number
        const first = blocks[k] as number
        const size = (blocks[k + 1] as number) - first
        const unit = unitOf(high[i] as number, low[i] as number)
        draws[i] = first + Math.min(Math.floor(unit * size), Math.max(size - 1, 0))
      }
      decodeTexts(postcodes, codes, draws, rows.n)
    },
  }
}

function anyPostcode({ postcodes }: Places, context: RuleContext): Kernel {
  const { pieces, codes } = layoutPieces(postcodes, context.capacity)
  const draw = createIndexDraw(context, layoutCapacity(postcodes))
  const draws = new Float64Array(context.capacity)
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      draw(draws, rows)
      decodeTexts(postcodes, codes, draws, rows.n)
    },
  }
}

export function compilePostcode(rule: RuleOf<'postcode'>, context: RuleContext): Kernel {
  const places = placesOf(rule.locale)
  if (rule.from === undefined) return anyPostcode(places, context)
  const draw = createPlaceDraw(places, rule.from, context)
  const place = new Int32Array(context.capacity)
  const { pieces, fill } = createPostcodes(places, context)
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      draw(place, rows)
      fill(rows, place)
    },
  }
}

/** The codes of cities or states at drawn places. */
function placeCodes(
  dictionary: readonly string[],
  codeAt: (place: number) => number,
  draw: (out: Int32Array, rows: Rows) => void,
  capacity: number,
): Kernel {
  const vector = codeVector(dictionary, capacity)
  const { codes } = vector
  return {
    vector,
    fill(rows) {
      draw(codes, rows)
      for (let i = 0; i < rows.n; i++) codes[i] = codeAt(codes[i] as number)
    },
  }
}

/** A city that agrees with the columns of `from`. */
export function compileCityFrom(locale: string, from: FromColumns, context: RuleContext): Kernel {
  const places = placesOf(locale)
  const draw = createPlaceDraw(places, from, context)
  const { sorted, cities } = places
  return placeCodes(cities, (k) => sorted[k] as number, draw, context.capacity)
}

export function compileState(rule: RuleOf<'state'>, context: RuleContext): Kernel {
  const places = placesOf(rule.locale)
  const names = rule.abbreviated ? places.abbreviations : places.states
  if (rule.from === undefined) {
    const vector = codeVector(distinctTexts(names), context.capacity)
    const draw = createIndexDraw(context, vector.dictionary.length)
    return { vector, fill: (rows) => draw(vector.codes, rows) }
  }
  const { stateOf, sorted } = places
  const draw = createPlaceDraw(places, rule.from, context)
  const stateAt = (k: number) => stateOf[sorted[k] as number] as number
  return placeCodes(names, stateAt, draw, context.capacity)
}
