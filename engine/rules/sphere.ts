// Points on the sphere of the Earth's mean radius (IUGG), each drawn from two uniform numbers; degrees and kilometres. Areas
// are equally likely wherever they are: a sphere's area grows with the sine of the latitude (Archimedes).

import { asin, atan2, cosTurns, sinTurns } from '#engine/math/trigonometry.ts'

export type Place = { latitude: number; longitude: number }

/** Sets `place` from two uniform numbers in [0, 1). */
export type Draw = (place: Place, a: number, b: number) => void

const EARTH_RADIUS_KM = 6371.0088
const DEGREES = 180 / Math.PI
const TWO_PI = 2 * Math.PI

type Vector3 = readonly [number, number, number]

const sinRadians = (angle: number): number => sinTurns(angle / TWO_PI)

function toVector({ latitude, longitude }: Place): Vector3 {
  const [phi, lambda] = [latitude / 360, longitude / 360]
  const ring = cosTurns(phi)
  return [ring * cosTurns(lambda), ring * sinTurns(lambda), sinTurns(phi)]
}

function setPlace(place: Place, x: number, y: number, z: number): void {
  // Near the poles the sine says little about the angle; the other two coordinates say it.
  place.latitude = atan2(z, Math.sqrt(x * x + y * y)) * DEGREES
  place.longitude = atan2(y, x) * DEGREES
}

/** A latitude between two, by a uniform number. */
export function createLatitude(south: number, north: number): (unit: number) => number {
  const low = sinTurns(south / 360)
  const high = sinTurns(north / 360)
  return (unit) => Math.min(Math.max(asin(low + unit * (high - low)) * DEGREES, south), north)
}

/** A longitude eastwards from west to east, by a uniform number; over the date line where east is the smaller. */
export function createLongitude(west: number, east: number): (unit: number) => number {
  const width = east >= west ? east - west : east - west + 360
  return (unit) => {
    const longitude = west + unit * width
    return longitude > 180 ? longitude - 360 : longitude
  }
}

/** Within a box of latitudes and longitudes. */
export function drawInBox([south, west, north, east]: readonly number[]): Draw {
  const latitude = createLatitude(south ?? -90, north ?? 90)
  const longitude = createLongitude(west ?? -180, east ?? 180)
  return (place, a, b) => {
    place.latitude = latitude(a)
    place.longitude = longitude(b)
  }
}

/** Within a distance of a centre. */
export function drawAround(centre: Place, radiusKm: number): Draw {
  const [cx, cy, cz] = toVector(centre)
  const [phi, lambda] = [centre.latitude / 360, centre.longitude / 360]
  const east: Vector3 = [-sinTurns(lambda), cosTurns(lambda), 0]
  const north: Vector3 = [
    -sinTurns(phi) * cosTurns(lambda),
    -sinTurns(phi) * sinTurns(lambda),
    cosTurns(phi),
  ]
  const half = sinRadians(Math.min(radiusKm / EARTH_RADIUS_KM, Math.PI) / 2)
  const height = 2 * half * half
  return (place, a, b) => {
    // 1 - cos of the distance: uniform by area, and exact for small ones.
    const sunk = a * height
    const far = Math.sqrt(sunk * (2 - sunk))
    const [n, e] = [far * cosTurns(b), far * sinTurns(b)]
    const near = 1 - sunk
    setPlace(
      place,
      cx * near + north[0] * n + east[0] * e,
      cy * near + north[1] * n + east[1] * e,
      cz * near + north[2] * n,
    )
  }
}

type Leg = { from: Vector3; to: Vector3; angle: number; sine: number; start: number }

function legsOf(track: readonly Place[]): { legs: Leg[]; length: number } {
  const legs: Leg[] = []
  let length = 0
  for (let k = 1; k < track.length; k++) {
    const [from, to] = [toVector(track[k - 1] as Place), toVector(track[k] as Place)]
    const chord = Math.sqrt(from.reduce((sum, x, i) => sum + (x - (to[i] as number)) ** 2, 0))
    const angle = 2 * asin(chord / 2)
    legs.push({ from, to, angle, sine: sinRadians(angle), start: length })
    length += angle
  }
  return { legs, length }
}

/** The point at a share of the way along great circles from one point of the track to the next; any as likely. */
export function drawOnTrack(track: readonly Place[]): Draw {
  const { legs, length } = legsOf(track)
  return (place, a) => {
    const at = a * length
    let low = 0
    let high = legs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((legs[middle] as Leg).start <= at) low = middle
      else high = middle - 1
    }
    const { from, to, angle, sine, start } = legs[low] as Leg
    const gone = at - start
    const [p, q] = sine === 0 ? [1, 0] : [sinRadians(angle - gone) / sine, sinRadians(gone) / sine]
    setPlace(place, p * from[0] + q * to[0], p * from[1] + q * to[1], p * from[2] + q * to[2])
  }
}
