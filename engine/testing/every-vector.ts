// One column of every type and layout of vector, with nulls and without, for tests of binary formats.

import type { NumberType, Vector } from '#engine/rules/vector.ts'
import type { Source } from './batches.ts'

const WORDS = [
  '',
  'a',
  'ab',
  'Zoë',
  'b"c',
  'x,y',
  '日本語',
  '😀',
  'b',
  'a\u0000b',
  'long '.repeat(30),
]

/** An integer from 0 to below `limit` <= 2^53. */
type Draw = (limit: number) => number

/** Xorshift (Marsaglia 2003): good enough for test data, and the same everywhere. */
function createDraw(seed: number): Draw {
  let state = seed | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  return (limit) => (next() * 2 ** 21 + (next() >>> 11)) % limit
}

function numbers(type: NumberType, n: number, value: (i: number) => number, scale = 0): Vector {
  return {
    kind: 'number',
    type,
    scale,
    values: Float64Array.from({ length: n }, (_, i) => value(i)),
    nulls: null,
  }
}

function piecesVector(n: number, draw: Draw): Vector {
  const codes = Int32Array.from({ length: n }, () => draw(WORDS.length))
  const values = Float64Array.from({ length: n }, () => draw(1000) - 500)
  const pieces = [
    { kind: 'literal', text: 'é-' },
    { kind: 'code', dictionary: WORDS, codes },
    { kind: 'integer', values, pad: 4 },
    {
      kind: 'mask',
      patterns: ['+## !!', '#'],
      codes: codes.map((code) => code % 2),
      numbers: values.map(Math.abs),
    },
  ] as const
  return { kind: 'pieces', pieces, nulls: null }
}

function vectorsOf(n: number, draw: Draw): Record<string, Pick<Source, 'type' | 'vector'>> {
  const words = () => Int32Array.from({ length: n }, () => draw(2 ** 32))
  const few = [0.5, -0.25, 1e300, 0]
  const text = (vector: Vector) => ({ type: 'str', vector }) as const
  const codes = Int32Array.from({ length: n }, () => draw(WORDS.length))
  const list = Array.from({ length: 3 * n }, (_, k) => `entry ${k}`)
  return {
    sequence: { type: 'int', vector: numbers('int', n, (i) => i * 7 - 3) },
    small: { type: 'int', vector: numbers('int', n, () => draw(10)) },
    wide: { type: 'int', vector: numbers('int', n, () => draw(2 ** 53) * (draw(2) * 2 - 1)) },
    middle: { type: 'int', vector: numbers('int', n, () => draw(2 ** 40) - 2 ** 39) },
    jump: { type: 'int', vector: numbers('int', n, (i) => (i < 700 ? i : draw(2 ** 45))) },
    sparse: { type: 'int', vector: numbers('int', n, () => draw(3) * 10 ** 12) },
    float: { type: 'float', vector: numbers('float', n, () => draw(2 ** 30) / 1000 - 1e5, 3) },
    levels: { type: 'float', vector: numbers('float', n, () => few[draw(4)] as number) },
    money: { type: 'decimal', vector: numbers('decimal', n, () => draw(2 ** 25) - 2 ** 24, 2) },
    exact: { type: 'decimal', vector: numbers('decimal', n, () => draw(2 ** 53), 9) },
    yes: { type: 'bool', vector: numbers('bool', n, () => draw(2)) },
    day: { type: 'date', vector: numbers('date', n, () => draw(3_652_058) - 719_162) },
    at: {
      type: 'datetime',
      vector: numbers('datetime', n, () => draw(315_537_897_599) - 62_135_596_800),
    },
    tick: { type: 'datetime', vector: numbers('datetime', n, (i) => 1_700_000_000 + 60 * i) },
    hour: { type: 'time', vector: numbers('time', n, () => draw(86_400)) },
    uuid: {
      type: 'uuid',
      vector: { kind: 'uuid', words: [words(), words(), words(), words()], nulls: null },
    },
    uuid_text: text({ kind: 'uuid', words: [words(), words(), words(), words()], nulls: null }),
    word: text({ kind: 'code', dictionary: WORDS, codes, nulls: null }),
    twice: text({
      kind: 'code',
      dictionary: ['b', 'a', 'b'],
      codes: codes.map((code) => code % 3),
      nulls: null,
    }),
    entry: text({
      kind: 'code',
      dictionary: list,
      codes: Int32Array.from({ length: n }, () => draw(3 * n)),
      nulls: null,
    }),
    pieces: text(piecesVector(n, draw)),
    text: text({
      kind: 'text',
      values: Array.from({ length: n }, (_, i) => `${WORDS[draw(11)]} ${i}`),
      nulls: null,
    }),
    repeated: text({
      kind: 'text',
      values: Array.from({ length: n }, () => `${WORDS[draw(11)]}!`),
      nulls: null,
    }),
    constant: text({ kind: 'text', values: new Array<string>(n).fill('same'), nulls: null }),
    document: {
      type: 'json',
      vector: {
        kind: 'text',
        values: Array.from({ length: n }, (_, i) => `{"a":[${i}]}`),
        nulls: null,
      },
    },
  }
}

/** Columns of n rows each: every layout once without nulls, once with some, once with nothing else. */
export function everyVector(n: number, seed: number): Source[] {
  const draw = createDraw(seed)
  const without = Object.entries(vectorsOf(n, draw)).map(([name, column]) => ({ name, ...column }))
  const withNulls = (suffix: string, rate: number) =>
    Object.entries(vectorsOf(n, draw)).map(([name, { type, vector }]) => {
      const nulls = Uint8Array.from({ length: n }, () => Number(draw(100) < rate))
      return { name: `${name}_${suffix}`, type, vector: { ...vector, nulls } }
    })
  return [...without, ...withNulls('null', 30), ...withNulls('none', 100)]
}
