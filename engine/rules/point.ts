// latitude, longitude and point: places on the sphere, all areas as likely. A point is WKT in a text column and a GeoJSON
// geometry (RFC 7946) in a json column, longitude first in both.

import { pow10, roundHalfAway, roundTo } from '#engine/math/decimal.ts'
import { fillUnits, unitOf } from '#engine/random/uniform.ts'
import type { Kernel, NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { isNull, textAt } from './read.ts'
import {
  createLatitude,
  createLongitude,
  type Draw,
  drawAround,
  drawInBox,
  drawOnTrack,
  type Places,
} from './sphere.ts'
import { numberVector, type Piece } from './vector.ts'

type AxisRule = RuleOf<'latitude' | 'longitude'>

const NUMBERS = /-?\d+(?:\.\d+)?/g

/** The axis of a column of points. */
function axisOf(rule: AxisRule, from: string, context: RuleContext): NumberKernel {
  const points = context.vector(from)
  const nulls = points.nulls ? new Uint8Array(context.capacity) : null
  const vector = { ...numberVector('float', rule.decimals, context.capacity), nulls }
  const place = rule.type === 'longitude' ? 0 : 1
  return {
    vector,
    fill({ n }) {
      for (let i = 0; i < n; i++) {
        const found = isNull(points, i) ? null : textAt(points, i).match(NUMBERS)
        vector.values[i] = Number(found?.[place] ?? 0)
        if (nulls) nulls[i] = found === null ? 1 : 0
      }
    },
  }
}

export function compileAxis(rule: AxisRule, context: RuleContext): NumberKernel {
  if (rule.from !== undefined) return axisOf(rule, rule.from, context)
  const { min, max, decimals } = rule
  const draw = rule.type === 'latitude' ? createLatitude(min, max) : createLongitude(min, max)
  const vector = numberVector('float', decimals, context.capacity)
  return {
    vector,
    fill(rows) {
      const [high, low] = context.random.words(rows, context.stream, 0)
      for (let i = 0; i < rows.n; i++) {
        const unit = unitOf(high[i] as number, low[i] as number)
        vector.values[i] = roundTo(draw(unit), decimals)
      }
    },
  }
}

function drawOf(rule: RuleOf<'point'>, capacity: number): Draw {
  if (rule.track) return drawOnTrack(rule.track, capacity)
  if (rule.center) return drawAround(rule.center, rule.radius_km ?? 0, capacity)
  return drawInBox(rule.box ?? [])
}

/** Places that are computed at once: what is between draws and digits stays in the fastest cache. */
const BLOCK = 512

const SIGNS = ['', '-'] as const
/** Up to here the quotient of degrees is never rounded up to the next one. */
const EXACT_DECIMALS = 9

/** A number with a fixed number of digits after the point, as pieces, and what sets some entries. */
function fixedDigits(decimals: number, capacity: number) {
  const codes = new Int32Array(capacity)
  const whole = new Float64Array(capacity)
  const rest = new Float64Array(capacity)
  const unit = pow10(decimals)
  const pieces: Piece[] = [
    { kind: 'code', dictionary: SIGNS, codes },
    { kind: 'integer', values: whole, pad: 1 },
  ]
  if (decimals > 0) {
    pieces.push({ kind: 'literal', text: '.' }, { kind: 'integer', values: rest, pad: decimals })
  }
  const set = (values: Float64Array, from: number, n: number): void => {
    for (let k = 0; k < n; k++) {
      const i = from + k
      const scaled = roundHalfAway((values[k] as number) * unit)
      const size = Math.abs(scaled)
      const degrees = Math.floor(size / unit)
      codes[i] = Number(scaled < 0) | 0
      whole[i] = degrees
      rest[i] = decimals <= EXACT_DECIMALS ? size - degrees * unit : size % unit
    }
  }
  return { pieces, set }
}

export function compilePoint(rule: RuleOf<'point'>, context: RuleContext): Kernel {
  const { capacity, random, stream } = context
  const draw = drawOf(rule, BLOCK)
  const [longitude, latitude] = [
    fixedDigits(rule.decimals, capacity),
    fixedDigits(rule.decimals, capacity),
  ]
  const isJson = context.column.type === 'json'
  const text = (part: string): Piece => ({ kind: 'literal', text: part })
  const pieces = [
    text(isJson ? '{"type":"Point","coordinates":[' : 'POINT('),
    ...longitude.pieces,
    text(isJson ? ',' : ' '),
    ...latitude.pieces,
    text(isJson ? ']}' : ')'),
  ]
  const one = () => new Float64Array(BLOCK)
  const [first, second] = [one(), one()]
  const places: Places = { latitudes: one(), longitudes: one() }
  return {
    vector: { kind: 'pieces', pieces, nulls: null, ...(isJson && { json: true }) },
    fill(rows) {
      const [a, b, c, d] = random.words(rows, stream, 0)
      for (let from = 0; from < rows.n; from += BLOCK) {
        const n = Math.min(BLOCK, rows.n - from)
        fillUnits(first, a, b, from, n)
        fillUnits(second, c, d, from, n)
        draw(places, first, second, n)
        longitude.set(places.longitudes, from, n)
        latitude.set(places.latitudes, from, n)
      }
    },
  }
}
