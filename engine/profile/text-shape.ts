// What text looks like without what it says: letters and digits by class, everything between them as it is.

/** The classes of characters; all else stands for itself. */
export type CharacterClass = 'A' | 'a' | '9'

const LONGEST_MASK = 64

/** `AB-1234 c` is `AA-9999 a`; cut behind 64 characters, which `…` shows. */
export function maskOf(text: string): string {
  let mask = ''
  let length = 0
  for (const character of text) {
    if (length++ === LONGEST_MASK) return `${mask}…`
    mask += classOf(character)
  }
  return mask
}

const MARK = /[\p{M}\p{Cf}]/u
const UPPER = /[\p{Lu}\p{Lt}]/u
const LETTER = /\p{L}/u
const DIGIT = /\p{Nd}/u

/**
 * `A`, `a` or `9` for capital letters, other letters and digits of any script; spaces and controls are a space,
 * halves of surrogate pairs and what is beyond the basic plane count as letters. Anything else is returned as it is.
 */
export function classOf(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x80) return ASCII[code] as string
  if (UPPER.test(character)) return 'A'
  if (LETTER.test(character) || MARK.test(character)) return 'a'
  if (DIGIT.test(character)) return '9'
  if (code > 0xffff || (code >= 0xd800 && code <= 0xdfff)) return 'a'
  return code < 0xa1 || (code >= 0x2000 && code <= 0x200f) ? ' ' : character
}

const ASCII = Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[A-Z]/.test(character)) return 'A'
  if (/[a-z]/.test(character)) return 'a'
  if (/[0-9]/.test(character)) return '9'
  return code <= 0x20 || code === 0x7f ? ' ' : character
})

export function isCharacterClass(sign: string): sign is CharacterClass {
  return sign === 'A' || sign === 'a' || sign === '9'
}

/** Runs of one class, or of one other character, that rows have in the same order: `AB-1234` is `A`, `-`, `9`. */
export type Shape = {
  runs: readonly string[]
  rows: number
  /** Lengths of each run, over the rows. */
  shortest: number[]
  longest: number[]
  /** Characters of the longest text. */
  longestText: number
}

const MOST_RUNS = 100

/**
 * The shapes of texts, commonest first (first seen where equal); of those beyond `bound` and of texts without a
 * letter or digit only the rows are counted, in `others`.
 */
export function shapesOf(
  texts: Iterable<string>,
  bound: number,
): { shapes: Shape[]; others: number } {
  const byRuns = new Map<string, Shape>()
  let others = 0
  for (const text of texts) {
    const { runs, lengths } = runsOf(text)
    const key = runs.join('')
    let shape = byRuns.get(key)
    if (shape === undefined) {
      if (byRuns.size >= bound || runs.length > MOST_RUNS || !runs.some(isCharacterClass)) {
        others++
        continue
      }
      shape = { runs, rows: 0, shortest: [...lengths], longest: [...lengths], longestText: 0 }
      byRuns.set(key, shape)
    }
    shape.rows++
    shape.longestText = Math.max(
      shape.longestText,
      lengths.reduce((sum, length) => sum + length, 0),
    )
    for (const [at, length] of lengths.entries()) {
      shape.shortest[at] = Math.min(shape.shortest[at] as number, length)
      shape.longest[at] = Math.max(shape.longest[at] as number, length)
    }
  }
  return { shapes: [...byRuns.values()].sort((a, b) => b.rows - a.rows), others }
}

/** The runs of a text, as `Shape` has them, and how long each is. */
export function runsOf(text: string): { runs: string[]; lengths: number[] } {
  const [runs, lengths]: [string[], number[]] = [[], []]
  for (const character of text) {
    const sign = classOf(character)
    if (sign === runs.at(-1)) lengths[runs.length - 1] = (lengths[runs.length - 1] as number) + 1
    else {
      runs.push(sign)
      lengths.push(1)
    }
  }
  return { runs, lengths }
}
