// The text of a regular expression, read character by character; and what is thrown where it is refused.

/** What is wrong with an expression; the message names the place. Never leaves this folder. */
export class RegexFault extends Error {}

/** A fault at a character, counted from 0 here and from 1 in words. */
export function fault(at: number, what: string): RegexFault {
  return new RegexFault(`${what} (at character ${at + 1})`)
}

export type Reader = {
  /** Characters read so far. */
  readonly at: () => number
  readonly done: () => boolean
  /** The next character, and the empty string at the end. */
  readonly peek: () => string
  /** The same, and moves on; RegexFault at the end. */
  readonly next: () => string
  /** Moves past the text if it stands here. */
  readonly take: (text: string) => boolean
  readonly skip: (count: number) => void
  readonly rest: () => string
}

/** Characters are code points. */
export function createReader(text: string): Reader {
  const characters = Array.from(text)
  let at = 0
  const peek = (): string => characters[at] ?? ''
  return {
    at: () => at,
    done: () => at >= characters.length,
    peek,
    next() {
      if (at >= characters.length) throw fault(at, 'ends too early')
      const character = peek()
      at++
      return character
    },
    take(wanted) {
      if (wanted !== characters.slice(at, at + wanted.length).join('')) return false
      at += wanted.length
      return true
    },
    skip(count) {
      at += count
    },
    rest: () => characters.slice(at).join(''),
  }
}
