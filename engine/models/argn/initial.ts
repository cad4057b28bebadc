// Where the parameters of a network begin: biases at the shares of the tokens, and what belongs to the tokens of a
// number on smooth curves along it. So what is learned of one is learned of its neighbours too, which few rows need.

/** By column. */
export type Beginnings = {
  /** How often each token is in the data. */
  frequencies: readonly Float64Array[]
  /** Of each token, how far along the column's numbers it is, in [0, 1]; NaN where it is none, as null. */
  places: readonly Float64Array[]
}

type Uniform = () => number

/** Curves are waves of at most so many halves. */
const HALF_WAVES = 2.5
/** A token of so many rows is half its own, half on the curve: what has many rows is learned without neighbours. */
const ROWS_OF_ITS_OWN = 100
const EMBEDDING_BOUND = 0.5

/** Fill the parameters of the column of that number. */
export type InitialLayers = {
  /** [tokens, width] */
  embedding(column: number, values: Float32Array, uniform: Uniform): void
  /** [hidden, tokens] */
  weight(column: number, values: Float32Array, uniform: Uniform): void
  /** [tokens] */
  bias(column: number, values: Float32Array): void
}

export function initialLayers({ frequencies, places }: Beginnings): InitialLayers {
  const lineOf = (column: number): Line => {
    const counts = frequencies[column] as Float64Array
    const own = counts.map((count) => count / (count + ROWS_OF_ITS_OWN))
    return { places: places[column] as Float64Array, own }
  }
  return {
    embedding(column, values, uniform) {
      const line = lineOf(column)
      const tokens = line.own.length
      const width = values.length / tokens
      for (let at = 0; at < width; at++)
        for (const [token, value] of along(line, uniform).entries())
          values[token * width + at] = EMBEDDING_BOUND * value
    },
    weight(column, values, uniform) {
      const line = lineOf(column)
      const tokens = line.own.length
      const hidden = values.length / tokens
      for (let at = 0; at < hidden; at++)
        for (const [token, value] of along(line, uniform).entries())
          values[at * tokens + token] = value / Math.sqrt(hidden)
    },
    bias(column, values) {
      const counts = frequencies[column] as Float64Array
      for (let i = 0; i < values.length; i++) values[i] = Math.log((counts[i] as number) + 0.5)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - mean
    },
  }
}

/** Tokens of a column: where they are, and what share each has of its own. */
type Line = { places: Float64Array; own: Float64Array }

/** A number in [-1, 1] for each token: about a wave along the places, or uniform where there is none. */
function along({ places, own }: Line, uniform: Uniform): number[] {
  const halves = HALF_WAVES * uniform()
  const phase = 2 * uniform()
  return Array.from(places, (place, token) => {
    const alone = 2 * uniform() - 1
    if (Number.isNaN(place)) return alone
    const share = own[token] as number
    return (1 - share) * Math.cos(Math.PI * (halves * place + phase)) + share * alone
  })
}
