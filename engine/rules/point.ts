// latitude, longitude and point: places on the sphere, all areas as likely. A point is WKT in a text column and a GeoJSON
// geometry (RFC 7946) in a json column, longitude first in both.

import { roundTo } from '#engine/math/decimal.ts'
import { fillUnits, unitOf } from '#engine/random/uniform.ts'
import { fixedDigits, readFixedDigits } from './fixed-digits.ts'
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
  const place = rule.type === 'longitude' ? 0 : 1
  const read = points.kind === 'pieces' ? readFixedDigits(points.pieces)?.[place] : undefined
  if (read) {
    const { nulls } = points
    const vector = { ...numberVector('float', rule.decimals, context.capacity), nulls }
    return { vector, fill: ({ n }) => read(vector.values, n) }
  }
  const nulls = points.nulls ? new Uint8Array(context.capacity) : null
  const vector = { ...numberVector('float', rule.decimals, context.capacity), nulls }
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
