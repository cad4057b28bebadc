// Points on the sphere of the Earth's mean radius (IUGG), each drawn from two uniform numbers; degrees and kilometres. Areas
// are equally likely wherever they are: a sphere's area grows with the sine of the latitude (Archimedes).

import { asin, cosTurns, sinTurns } from '#engine/math/trigonometry.ts'
import { fillAtan2, fillSineCosine } from '#engine/math/trigonometry-batch.ts'

type Place = { latitude: number; longitude: number }

/** Latitudes and longitudes of a batch. */
export type Places = { latitudes: Float64Array; longitudes: Float64Array }

/** Sets the first n places from two uniform numbers in [0, 1) each. */
export type Draw = (places: Places, a: Float64Array, b: Float64Array, n: number) => void

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

type Vectors = { x: Float64Array; y: Float64Array; z: Float64Array; ring: Float64Array }

function createVectors(capacity: number): Vectors {
  const one = () => new Float64Array(capacity)
  return { x: one(), y: one(), z: one(), ring: one() }
}

function setPlaces({ latitudes, longitudes }: Places, { x, y, z, ring }: Vectors, n: number): void {
  // Near the poles the sine says little about the angle; the other two coordinates say it.
  fillAtan2(latitudes, z, ring, n, DEGREES)
  fillAtan2(longitudes, y, x, n, DEGREES)
}

/** Sets a vector, and how far it is from the axis. */
function setVector(
  { x, y, z, ring }: Vectors,
  i: number,
  across: number,
  up: number,
  high: number,
) {
  x[i] = across
  y[i] = up
  z[i] = high
  ring[i] = Math.sqrt(across * across + up * up)
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
  return ({ latitudes, longitudes }, a, b, n) => {
    for (let i = 0; i < n; i++) latitudes[i] = latitude(a[i] as number)
    for (let i = 0; i < n; i++) longitudes[i] = longitude(b[i] as number)
  }
}

/** Within a distance of a centre; of at most `capacity` places at once. */
export function drawAround(centre: Place, radiusKm: number, capacity: number): Draw {
  const [cx, cy, cz] = toVector(centre)
  const [phi, lambda] = [centre.latitude / 360, centre.longitude / 360]
  const [eastX, eastY] = [-sinTurns(lambda), cosTurns(lambda)]
  const [northX, northY, northZ] = [
    -sinTurns(phi) * cosTurns(lambda),
    -sinTurns(phi) * sinTurns(lambda),
    cosTurns(phi),
  ]
  const half = sinRadians(Math.min(radiusKm / EARTH_RADIUS_KM, Math.PI) / 2)
  const height = 2 * half * half
  const vectors = createVectors(capacity)
  const { x, y } = vectors
  const spread = (a: Float64Array, n: number): void => {
    for (let i = 0; i < n; i++) {
      // 1 - cos of the distance: uniform by area, and exact for small ones.
      const sunk = (a[i] as number) * height
      const far = Math.sqrt(sunk * (2 - sunk))
      const north = far * (x[i] as number)
      const east = far * (y[i] as number)
      const near = 1 - sunk
      const across = cx * near + northX * north + eastX * east
      const up = cy * near + northY * north + eastY * east
      setVector(vectors, i, across, up, cz * near + northZ * north)
    }
  }
  return (places, a, b, n) => {
    fillSineCosine(y, x, b, n)
    spread(a, n)
    setPlaces(places, vectors, n)
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

/** The last of sorted `starts` that is not above `at`; halved without a branch, which could not be guessed. */
function lastNotAbove(starts: Float64Array, at: number): number {
  let low = 0
  for (let size = starts.length; size > 1; ) {
    const half = size >> 1
    low += half * (Number((starts[low + half] as number) <= at) | 0)
    size -= half
  }
  return low
}

type Ways = { at: Int32Array; ahead: Float64Array; gone: Float64Array; unused: Float64Array }

/** Finds the leg of each share of the way, and the sines of what is ahead on it and of what is gone. */
function fillWays({ at, ahead, gone, unused }: Ways, legs: readonly Leg[], length: number) {
  const starts = Float64Array.from(legs, ({ start }) => start)
  const angles = Float64Array.from(legs, ({ angle }) => angle)
  return (shares: Float64Array, n: number): void => {
    for (let i = 0; i < n; i++) {
      const way = (shares[i] as number) * length
      const leg = lastNotAbove(starts, way)
      const walked = way - (starts[leg] as number)
      at[i] = leg
      ahead[i] = ((angles[leg] as number) - walked) / TWO_PI
      gone[i] = walked / TWO_PI
    }
    fillSineCosine(ahead, unused, ahead, n)
    fillSineCosine(gone, unused, gone, n)
  }
}

/**
 * The point at a share of the way along great circles from one point of the track to the next; any as likely. Of at
 * most `capacity` places at once.
 */
export function drawOnTrack(track: readonly Place[], capacity: number): Draw {
  const { legs, length } = legsOf(track)
  const [fromX, fromY, fromZ, toX, toY, toZ] = [0, 1, 2, 3, 4, 5].map((k) =>
    Float64Array.from(legs, ({ from, to }) => [...from, ...to][k] as number),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const sines = Float64Array.from(legs, ({ sine }) => sine)
  const one = () => new Float64Array(capacity)
  const ways = { at: new Int32Array(capacity), ahead: one(), gone: one(), unused: one() }
  const fill = fillWays(ways, legs, length)
  const vectors = createVectors(capacity)
  return (places, a, _b, n) => {
    fill(a, n)
    for (let i = 0; i < n; i++) {
      const leg = ways.at[i] as number
      const sine = sines[leg] as number
      const p = sine === 0 ? 1 : (ways.ahead[i] as number) / sine
      const q = sine === 0 ? 0 : (ways.gone[i] as number) / sine
      const across = p * (fromX[leg] as number) + q * (toX[leg] as number)
      const up = p * (fromY[leg] as number) + q * (toY[leg] as number)
      setVector(vectors, i, across, up, p * (fromZ[leg] as number) + q * (toZ[leg] as number))
    }
    setPlaces(places, vectors, n)
  }
}
