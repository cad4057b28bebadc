// What runs inside the sandbox around a plug-in's function: one call a row, with random numbers of its own row.

/**
 * Source of a function (f, batch as JSON, words as an array buffer) -> values as JSON. A row's generator is xoshiro128** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2021) started from the four words that the row was given.
 */
export const HARNESS = `(function () {
  'use strict'
  const rotated = (x, k) => (x << k) | (x >>> (32 - k))
  const randomOf = (words, at) => {
    let a = words[at], b = words[at + 1], c = words[at + 2], d = words[at + 3] | 1
    const next = () => {
      const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
      const t = b << 9
      c ^= a; d ^= b; b ^= c; a ^= d; c ^= t
      d = rotated(d, 11)
      return result
    }
    return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992
  }
  const taken = (value) => {
    if (value === undefined || value === null) return null
    const type = typeof value
    if (type === 'string' || type === 'boolean' || (type === 'number' && isFinite(value))) return value
    throw new TypeError('returned ' + (type === 'number' ? String(value) : 'a value of type ' + type))
  }
  const parse = JSON.parse, stringify = JSON.stringify, freeze = Object.freeze
  const frozen = (value) => {
    if (typeof value !== 'object' || value === null) return value
    for (const key of Object.keys(value)) frozen(value[key])
    return freeze(value)
  }
  return (f, text, buffer) => {
    const { rows, names, columns, parameters: given } = parse(text)
    const words = new Uint32Array(buffer)
    const parameters = frozen(given)
    const results = []
    for (let i = 0; i < rows.length; i++) {
      const values = {}
      for (let k = 0; k < names.length; k++) values[names[k]] = columns[k][i]
      const random = randomOf(words, 4 * i)
      try {
        results.push(taken(f({ row: rows[i], parameters, values, random })))
      } catch (error) {
        if (error && error.name === 'InternalError') throw error
        return stringify({ row: rows[i], error: String(error && error.message || error) })
      }
    }
    return stringify(results)
  }
})()`

/** Takes away what differs from run to run, and what would let one call change another. */
export const LOCKDOWN = `(function () {
  'use strict'
  Math.random = () => { throw new Error('Math.random is not here: use the random function of the argument') }
  delete globalThis.Promise
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = globalThis[name]
    if (typeof value === 'function' && value.prototype) Object.freeze(value.prototype)
    if (value !== globalThis && (typeof value === 'function' || (typeof value === 'object' && value !== null))) Object.freeze(value)
  }
})()`
