// Rules that make places on Earth: latitude, longitude, point. Pairs are written latitude first.
import Type from 'typebox'
import { at } from '../problem.ts'
import { isObject } from '../shape.ts'
import { defineRule, type RuleCheck } from './rule-spec.ts'

const DECIMALS = 6
const DECIMALS_MAX = 12
const TRACK_MAX = 10_000
const FARTHEST_KM = 20_015

const Decimals = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: DECIMALS_MAX,
    description: 'Digits after the point',
    examples: [6],
  }),
)

function axis<Name extends 'latitude' | 'longitude'>(name: Name, limit: number) {
  const Bound = (description: string, example: number) =>
    Type.Optional(
      Type.Number({ minimum: -limit, maximum: limit, description, examples: [example] }),
    )
  return defineRule({
    columnTypes: ['float', 'decimal'],
    schema: Type.Object(
      {
        type: Type.Literal(name),
        min: Bound('Southern or western end', -limit),
        max: Bound('Northern or eastern end', limit),
        from: Type.Optional(
          Type.Array(Type.String(), {
            minItems: 1,
            maxItems: 1,
            description: 'A column of points whose coordinate it is',
            examples: [['place']],
          }),
        ),
        decimals: Decimals,
      },
      { additionalProperties: false, description: `A ${name}, all areas as likely` },
    ),
    check: ({ min, max, from }, { path, report }) => {
      if (from !== undefined && (min !== undefined || max !== undefined)) {
        report.problem(at(path, 'from'), 'from stands in place of min and max', 'Remove them')
      } else if (name === 'latitude' && (min ?? -limit) > (max ?? limit)) {
        const hint = `Write min: ${max}, max: ${min}`
        report.problem(at(path, 'min'), `min ${min} is north of max ${max}`, hint)
      }
    },
    lower: ({ min = -limit, max = limit, from, decimals }, { scale }) => ({
      ...{ type: name, min, max, decimals: decimals ?? scale ?? DECIMALS },
      ...(from?.[0] !== undefined && { from: from[0] }),
    }),
  })
}

export const latitude = axis('latitude', 90)
export const longitude = axis('longitude', 180)

type Pair = { latitude: number; longitude: number }

const LATITUDE_KEYS = ['latitude', 'lat']
const LONGITUDE_KEYS = ['longitude', 'lon', 'lng']

function numberAt(fields: Record<string, unknown>, keys: readonly string[]): number {
  const key = keys.find((name) => typeof fields[name] === 'number')
  return key === undefined ? Number.NaN : Number(fields[key])
}

/** `[52.5, 13.4]` or `{lat: 52.5, lon: 13.4}`; null where it is no place. */
function pairOf(written: unknown): Pair | null {
  const [latitude, longitude] =
    Array.isArray(written) && written.length === 2
      ? written.map((value) => (typeof value === 'number' ? value : Number.NaN))
      : isObject(written)
        ? [numberAt(written, LATITUDE_KEYS), numberAt(written, LONGITUDE_KEYS)]
        : []
  if (latitude === undefined || longitude === undefined) return null
  const inside = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return inside ? { latitude, longitude } : null
}

/** South, west, north, east; null where they are no box. */
function boxOf(written: unknown): [number, number, number, number] | null {
  const list: readonly unknown[] = Array.isArray(written) ? written.flat() : boxFields(written)
  const [low, high] = [pairOf(list.slice(0, 2)), pairOf(list.slice(2))]
  if (low === null || high === null || low.latitude > high.latitude) return null
  return [low.latitude, low.longitude, high.latitude, high.longitude]
}

function boxFields(written: unknown): number[] {
  if (!isObject(written)) return []
  return [
    numberAt(written, ['south', 'min_lat', 'min_latitude']),
    numberAt(written, ['west', 'min_lon', 'min_lng', 'min_longitude']),
    numberAt(written, ['north', 'max_lat', 'max_latitude']),
    numberAt(written, ['east', 'max_lon', 'max_lng', 'max_longitude']),
  ]
}

const PLACE_HINT = 'Write [52.52, 13.405]: latitude, then longitude'

type PointInput = { box?: unknown; center?: unknown; radius_km?: number; track?: unknown[] }

function checkPoint({ box, center, radius_km, track }: PointInput, context: RuleCheck): void {
  const { path, report } = context
  const shapes = [box, center, track].filter((shape) => shape !== undefined)
  if (shapes.length > 1) {
    report.problem(path, 'A point is in a box, around a center or on a track', 'Write one of them')
  }
  if (box !== undefined && boxOf(box) === null) {
    const hint = 'Write box: {south: 52.3, west: 13.1, north: 52.7, east: 13.8}'
    report.problem(at(path, 'box'), 'That is no box of latitudes and longitudes', hint)
  }
  if (center !== undefined && pairOf(center) === null) {
    report.problem(at(path, 'center'), 'That is no place', PLACE_HINT)
  }
  if ((center === undefined) !== (radius_km === undefined)) {
    report.problem(path, 'center and radius_km go together', 'Write radius_km: 10 beside center')
  }
  for (const [i, place] of (track ?? []).entries()) {
    if (pairOf(place) !== null) continue
    report.problem(at(at(path, 'track'), i), 'That is no place', PLACE_HINT)
  }
}

export const point = defineRule({
  columnTypes: ['str', 'json'],
  aliases: { centre: 'center', bbox: 'box', path: 'track', radius: 'radius_km' },
  schema: Type.Object(
    {
      type: Type.Literal('point'),
      box: Type.Optional(
        Type.Unknown({
          description: 'South, west, north, east',
          examples: [{ south: 52.3, west: 13.1, north: 52.7, east: 13.8 }],
        }),
      ),
      center: Type.Optional(
        Type.Unknown({ description: 'Latitude, longitude', examples: [[52.52, 13.405]] }),
      ),
      radius_km: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          maximum: FARTHEST_KM,
          description: 'Farthest from the center',
          examples: [10],
        }),
      ),
      track: Type.Optional(
        Type.Array(Type.Unknown(), {
          minItems: 2,
          maxItems: TRACK_MAX,
          description: 'Places that the points lie between, each latitude, longitude',
          examples: [
            [
              [52.52, 13.405],
              [48.137, 11.575],
            ],
          ],
        }),
      ),
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'A place on Earth' },
  ),
  check: checkPoint,
  lower: ({ box, center, radius_km, track, decimals = DECIMALS }) => {
    const [area, middle] = [boxOf(box), pairOf(center)]
    const places = (track ?? []).map(pairOf).filter((place) => place !== null)
    return {
      ...{ type: 'point', decimals },
      ...(area !== null && { box: area }),
      ...(middle !== null && radius_km !== undefined && { center: middle, radius_km }),
      ...(places.length > 0 && { track: places }),
    }
  },
})
