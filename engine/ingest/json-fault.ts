// Where a text stops being JSON, for the message: the parser that took offence does not always say.

const SPACE = /[ \t\n\r]*/y
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy

/** Index of the first character that RFC 8259 does not allow; the length where the text is cut, or nested past reason. */
export function jsonFault(text: string): number {
  try {
    return faultIn(text)
  } catch (error) {
    if (error instanceof RangeError) return text.length
    throw error
  }
}

function faultIn(text: string): number {
  let at = 0
  const matched = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    at = found === null ? at : pattern.lastIndex
    return found !== null
  }
  const sign = (wanted: string): boolean => {
    matched(SPACE)
    if (text[at] !== wanted) return false
    at++
    return true
  }
  const string = (): boolean => {
    matched(SPACE)
    return text[at] === '"' && matched(SCALAR)
  }
  const value = (): boolean => {
    if (sign('{')) return list('}', () => string() && sign(':') && value())
    if (sign('[')) return list(']', value)
    return matched(SCALAR)
  }
  const list = (end: string, one: () => boolean): boolean => {
    if (sign(end)) return true
    do if (!one()) return false
    while (sign(','))
    return sign(end)
  }
  if (value()) matched(SPACE)
  return at
}
