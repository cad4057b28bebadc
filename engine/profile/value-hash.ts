// 53-bit hashes of values: equal for a number and for text that is written like it, so that keys of different files
// meet.

const TWO_32 = 4_294_967_296
const PLAIN_INTEGER = /^-?[1-9]\d{0,14}$|^0$/

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/** Murmur3's finalizer (Appleby, public domain), of which equal inputs alone share an output. */
function mixed(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function joined(high: number, low: number): number {
  return (high >>> 11) * TWO_32 + low
}

/** Whole, from 0 to 2^53 - 1. */
export type ValueHasher = {
  number(value: number): number
  text(value: string): number
  /** The hash of two hashes in this order. */
  pair(first: number, second: number): number
}

/** Hashes of one salt compare with each other; without it nobody can look values up by theirs. */
export function createValueHasher(salt: number): ValueHasher {
  const [first, second] = [mixed(salt >>> 0) | 1, mixed((salt / TWO_32) >>> 0) ^ 0x9e3779b9]
  const number = (value: number): number => {
    double[0] = value === 0 ? 0 : value
    const [low, high] = [words[0] as number, words[1] as number]
    const a = mixed(low ^ mixed(high ^ first))
    return joined(a, mixed(high ^ mixed(low ^ second) ^ a))
  }
  return {
    number,
    text(value) {
      if (value.length <= 16 && PLAIN_INTEGER.test(value)) return number(Number(value))
      let [a, b] = [first ^ 0x811c9dc5, second ^ value.length]
      for (let at = 0; at < value.length; at++) {
        const code = value.charCodeAt(at)
        a = Math.imul(a ^ code, 0x01000193)
        b = Math.imul(b ^ code, 0x5bd1e995)
        b ^= b >>> 15
      }
      return joined(mixed(a), mixed(b ^ a))
    },
    pair(one, other) {
      const a = mixed((one >>> 0) ^ mixed((other >>> 0) ^ first))
      const b = mixed(((one / TWO_32) >>> 0) ^ mixed(((other / TWO_32) >>> 0) ^ a ^ second))
      return joined(mixed(a ^ b), b)
    },
  }
}
