// Upper and lower case of Latin, Greek and Cyrillic letters, from a table of our own: tables of engines
// change with their Unicode version. Other letters stay as they are.

type Range = readonly [first: number, last: number, distance: number]

/** Upper-case letters whose lower case is `distance` further. */
const SHIFTED: readonly Range[] = [
  [0x41, 0x5a, 32],
  [0xc0, 0xd6, 32],
  [0xd8, 0xde, 32],
  [0x178, 0x178, -121],
  [0x386, 0x386, 38],
  [0x388, 0x38a, 37],
  [0x38c, 0x38c, 64],
  [0x38e, 0x38f, 63],
  [0x391, 0x3a1, 32],
  [0x3a3, 0x3ab, 32],
  [0x410, 0x42f, 32],
  [0x400, 0x40f, 80],
]

/** Ranges in which upper and lower case alternate, upper case first. */
const ALTERNATING: readonly (readonly [number, number])[] = [
  [0x100, 0x12f],
  [0x132, 0x137],
  [0x139, 0x148],
  [0x14a, 0x177],
  [0x179, 0x17e],
  [0x1a0, 0x1a5],
  [0x1af, 0x1b0],
  [0x1cd, 0x1dc],
  [0x218, 0x21b],
  [0x460, 0x481],
  [0x48a, 0x4bf],
  [0x4d0, 0x4ff],
  [0x1e00, 0x1e95],
  [0x1ea0, 0x1eff],
]

const lowerOf = new Map<string, string>()
for (const [first, last, distance] of SHIFTED) {
  for (let code = first; code <= last; code++) {
    lowerOf.set(String.fromCharCode(code), String.fromCharCode(code + distance))
  }
}
for (const [first, last] of ALTERNATING) {
  for (let code = first; code < last; code += 2) {
    lowerOf.set(String.fromCharCode(code), String.fromCharCode(code + 1))
  }
}
const upperOf = new Map([...lowerOf].map(([upper, lower]) => [lower, upper]))

/** Most words: their letters have the same case everywhere, and engines change it at once. */
const ASCII = /^[\0-\x7f]*$/

function mapped(text: string, table: Map<string, string>): string {
  let result = ''
  for (const char of text) result += table.get(char) ?? char
  return result
}

/** The text in lower case. */
export function lowerCase(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : mapped(text, lowerOf)
}

/** The text in upper case; letters without a single upper-case letter stay. */
export function upperCase(text: string): string {
  return ASCII.test(text) ? text.toUpperCase() : mapped(text, upperOf)
}
