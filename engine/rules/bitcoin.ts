// bitcoin_address: pay to a witness key hash, written in Bech32 (BIP 141, BIP 173). The checksum is linear over
// single bits, so it is put together from what each pair of characters adds.

import type { Rows } from '#engine/rows.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { Piece } from './vector.ts'

const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECK_LETTERS = 6
/** Pairs of letters of a key hash of 160 bits, and of the checksum. */
const PAIRS = 16
const CHECK_PAIRS = 3
const PAIR_VALUES = 1024
/** Pairs that tell unique addresses apart. */
const UNIQUE_PAIRS = 5

/** How many different addresses a unique column can have. */
export const BITCOIN_CAPACITY = PAIR_VALUES ** UNIQUE_PAIRS

/** One step of the checksum's polynomial division. */
function step(checksum: number, value: number): number {
  const top = checksum >>> 25
  const next = ((checksum & 0x1ff_ffff) << 5) ^ value
  return GENERATORS.reduce((sum, generator, k) => ((top >>> k) & 1 ? sum ^ generator : sum), next)
}

function divide(values: readonly number[], start: number): number {
  return values.reduce(step, start)
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)

/** The checksum of an address whose key hash is all zeros. */
function checksumOfZeros(prefix: string): number {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0))
  const expanded = [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)]
  return divide([...expanded, 0, ...zeros(2 * PAIRS + CHECK_LETTERS)], 1) ^ 1
}

/** What the values of a pair add to the checksum. */
function pairTable(pair: number): Int32Array {
  const behind = zeros(2 * (PAIRS - 1 - pair) + CHECK_LETTERS)
  return Int32Array.from({ length: PAIR_VALUES }, (_, value) =>
    divide([value >>> 5, value & 31, ...behind], 0),
  )
}

const TEXTS = Array.from(
  { length: PAIR_VALUES },
  (_, value) => (LETTERS[value >>> 5] ?? '') + (LETTERS[value & 31] ?? ''),
)

/** Three pairs of each random word. */
function fillPairs(
  { random, stream }: RuleContext,
  codes: readonly Int32Array[],
  rows: Rows,
): void {
  for (let block = 0; block * 12 < PAIRS; block++) {
    const words = random.words(rows, stream, block)
    for (let pair = block * 12; pair < Math.min(PAIRS, block * 12 + 12); pair++) {
      const plane = words[(Math.floor(pair / 3) & 3) as 0 | 1 | 2 | 3]
      const shift = 10 * (pair % 3)
      const target = codes[pair] as Int32Array
      for (let i = 0; i < rows.n; i++) target[i] = ((plane[i] as number) >>> shift) & 1023
    }
  }
}

function fillUnique(codes: readonly Int32Array[], numbers: Float64Array, n: number): void {
  for (let pair = 0; pair < UNIQUE_PAIRS; pair++) {
    const target = codes[pair] as Int32Array
    for (let i = 0; i < n; i++) {
      const number = numbers[i] as number
      const rest = Math.floor(number / PAIR_VALUES)
      target[i] = number - rest * PAIR_VALUES
      numbers[i] = rest
    }
  }
}

export function compileBitcoinAddress(
  { network }: RuleOf<'bitcoin_address'>,
  context: RuleContext,
): Kernel {
  const prefix = network === 'main' ? 'bc' : 'tb'
  const plane = () => new Int32Array(context.capacity)
  const codes = Array.from({ length: PAIRS + CHECK_PAIRS }, plane)
  const tables = Array.from({ length: PAIRS }, (_, pair) => pairTable(pair))
  const base = checksumOfZeros(prefix)
  const sums = plane()
  const numbers = new Float64Array(context.unique ? context.capacity : 0)
  const permute = context.unique ? uniqueDraw(context, BITCOIN_CAPACITY) : null
  const pieces: Piece[] = [
    { kind: 'literal', text: `${prefix}1${LETTERS[0]}` },
    ...codes.map((list): Piece => ({ kind: 'code', dictionary: TEXTS, codes: list })),
  ]
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      fillPairs(context, codes, rows)
      if (permute) {
        permute(numbers, rows)
        fillUnique(codes, numbers, rows.n)
      }
      sums.fill(base)
      tables.forEach((table, pair) => {
        const list = codes[pair] as Int32Array
        for (let i = 0; i < rows.n; i++) {
          sums[i] = (sums[i] as number) ^ (table[list[i] as number] as number)
        }
      })
      for (let k = 0; k < CHECK_PAIRS; k++) {
        const list = codes[PAIRS + k] as Int32Array
        const shift = 10 * (CHECK_PAIRS - 1 - k)
        for (let i = 0; i < rows.n; i++) list[i] = ((sums[i] as number) >>> shift) & 1023
      }
    },
  }
}
