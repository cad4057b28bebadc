import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '#engine/testing/bytes.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { problemsOf } from '#engine/testing/problems-of.ts'
import { resolveText } from '#engine/testing/resolve.ts'

const ROWS = 20_000
const EARTH_KM = 6371.0088
const radians = (degrees: number) => (degrees * Math.PI) / 180

type Pair = [latitude: number, longitude: number]

/** Haversine distance, by the runtime's own functions. */
function distance([a, b]: Pair, [c, d]: Pair): number {
  const h =
    Math.sin(radians(c - a) / 2) ** 2 +
    Math.cos(radians(a)) * Math.cos(radians(c)) * Math.sin(radians(d - b) / 2) ** 2
  return 2 * EARTH_KM * Math.asin(Math.sqrt(h))
}

/** Greatest distance of the empirical distribution from the uniform one; beyond 1.95 / sqrt n at one in a thousand. */
function assertUniform(units: number[]): void {
  const sorted = units.toSorted((a, b) => a - b)
  const gap = sorted.reduce(
    (most, unit, k) => Math.max(most, Math.abs(unit - k / sorted.length)),
    0,
  )
  assert.ok(gap < 2.1 / Math.sqrt(sorted.length), `${gap}`)
}

const tableOf = (columns: string, rows = ROWS) =>
  resolveText(`{tables: [{name: t, rows: ${rows}, columns: [${columns}]}]}`)

function points(rule: string): Pair[] {
  const config = tableOf(`{name: x, type: str, rule: {type: point, ${rule}}}`)
  return valuesOf(config, 't', 'x').map((text) => {
    const [, longitude, latitude] =
      /^POINT\((-?\d+\.\d{6}) (-?\d+\.\d{6})\)$/.exec(String(text)) ?? []
    return [Number(latitude), Number(longitude)]
  })
}

const height = (latitude: number) => Math.sin(radians(latitude))

test('points of a box are inside it and uniform by area', () => {
  const box = points('box: {south: -20, west: 170, north: 60, east: -150}')
  assert.ok(box.every(([lat, lon]) => lat >= -20 && lat <= 60 && (lon >= 170 || lon <= -150)))
  assertUniform(box.map(([lat]) => (height(lat) - height(-20)) / (height(60) - height(-20))))
  assertUniform(box.map(([, lon]) => ((lon + 190) % 360) / 40))
  assert.deepEqual(points('box: [1, 2, 1, 2]')[7], [1, 2])
  const everywhere = points('decimals: 6')
  assertUniform(everywhere.map(([lat]) => (height(lat) + 1) / 2))
  assertUniform(everywhere.map(([, lon]) => (lon + 180) / 360))
})

test('points around a center are within the radius, uniform by area and direction', () => {
  for (const [center, radius] of [
    [[52.52, 13.405], 3],
    [[-89.9, 0], 400],
    [[10, 179.99], 9000],
  ] as [Pair, number][]) {
    const around = points(`center: [${center.join(', ')}], radius_km: ${radius}`)
    const far = around.map((place) => distance(place, center))
    assert.ok(far.every((km) => km <= radius + 0.0001))
    const sunk = (km: number) => Math.sin(km / EARTH_KM / 2) ** 2
    assertUniform(far.map((km) => sunk(km) / sunk(radius)))
  }
})

test('every direction from a center is as likely', () => {
  const scale = Math.cos(radians(52.52))
  const turns = points('center: [52.52, 13.405], radius_km: 3').map(
    ([lat, lon]) => Math.atan2((lon - 13.405) * scale, lat - 52.52) / (2 * Math.PI) + 0.5,
  )
  assertUniform(turns)
})

test('points on a track lie on its great circles, as likely on every kilometre', () => {
  const track: Pair[] = [
    [52.52, 13.405],
    [48.137, 11.575],
    [48.137, 11.575],
    [40.71, -74],
  ]
  const [a, b, , c] = track as [Pair, Pair, Pair, Pair]
  const [first, second] = [distance(a, b), distance(b, c)]
  const units = points(`track: ${JSON.stringify(track)}`).map((place) => {
    const [toA, toB, toC] = [distance(place, a), distance(place, b), distance(place, c)]
    const onFirst = Math.abs(toA + toB - first)
    assert.ok(Math.min(onFirst, Math.abs(toB + toC - second)) < 0.001)
    return (onFirst < 0.001 ? toA : first + toB) / (first + second)
  })
  assertUniform(units)
})

test('latitude and longitude are drawn by area, or read from a column of points', () => {
  const config = tableOf(
    `{name: a, type: float, rule: latitude}, {name: b, type: float, rule: longitude},
     {name: n, type: decimal, rule: {type: latitude, min: 10, max: 20, decimals: 4}},
     {name: p, type: str, rule: {type: point, center: {lat: -33.9, lng: 18.4}, radius_km: 5}, nullable: 0.2},
     {name: c, type: float, rule: {type: latitude, from: [p]}},
     {name: d, type: float, rule: {type: longitude, from: [p]}}`,
    3000,
  )
  assertUniform(valuesOf(config, 't', 'a').map((lat) => (height(Number(lat)) + 1) / 2))
  assertUniform(valuesOf(config, 't', 'b').map((lon) => (Number(lon) + 180) / 360))
  const narrow = valuesOf(config, 't', 'n').map(Number)
  assertUniform(narrow.map((lat) => (height(lat) - height(10)) / (height(20) - height(10))))
  const [p, c, d] = ['p', 'c', 'd'].map((name) => valuesOf(config, 't', name))
  p?.forEach((text, i) => {
    if (text === null) assert.deepEqual([c?.[i], d?.[i]], [null, null])
    else {
      const [longitude, latitude] = String(text).match(/-?[\d.]+/g) ?? []
      assert.deepEqual([c?.[i], d?.[i]], [Number(latitude), Number(longitude)])
    }
  })
  fileOfAnyCut(config, 't')
  assertRandomAccess(config, 't', 'p')
})

test('latitudes and longitudes of points are what their texts read as, with any digits', () => {
  for (const decimals of [0, 1, 6, 12]) {
    const config = tableOf(
      `{name: p, type: str, rule: {type: point, decimals: ${decimals}}, nullable: 0.1},
       {name: lat, type: float, rule: {type: latitude, from: [p]}},
       {name: lon, type: float, rule: {type: longitude, from: [p]}}`,
      500,
    )
    const [points, lat, lon] = ['p', 'lat', 'lon'].map((name) => valuesOf(config, 't', name))
    for (const [i, text] of (points ?? []).entries()) {
      const read = String(text)
        .match(/-?\d+(?:\.\d+)?/g)
        ?.map(Number) ?? [null, null]
      assert.deepEqual([lon?.[i], lat?.[i]], read)
    }
  }
})

test('what is no place is named', () => {
  const problems = (rule: string) =>
    problemsOf(`type: str, rule: {type: point, ${rule}}`).map(({ path }) => path)
  assert.deepEqual(problems('box: [50, 10, 40, 20]'), ['/rule/box'])
  assert.deepEqual(problems('center: [95, 10], radius_km: 3'), ['/rule/center'])
  assert.deepEqual(problems('center: [5, 10]'), ['/rule'])
  assert.deepEqual(problems('track: [[1, 2], [3]]'), ['/rule/track/1'])
  assert.deepEqual(problems('center: [5, 10], radius_km: 3, box: [1, 1, 2, 2]'), ['/rule'])
})
