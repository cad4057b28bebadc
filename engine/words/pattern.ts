// Patterns of the word lists: fixed text and lists to draw from. `{list}` is a list by name, `#` a digit, `?` a capital
// letter, `[ABC]` one of these characters, `<04-99>` a number with as many digits as its lower end.

/** Fixed text, or words of which one is drawn. */
export type Token = string | readonly string[]

export type Pattern = readonly Token[]

const TOKEN = /\{[a-z_]+\}|#{1,3}|\?|\[[^\]]+\]|<\d+-\d+>|[^{#?[<]+|./gu
const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')

function numbers(low: string, high: string): string[] {
  const first = Number(low)
  return Array.from({ length: Number(high) - first + 1 }, (_, i) =>
    String(first + i).padStart(low.length, '0'),
  )
}

function tokenOf(text: string, list: (name: string) => readonly string[]): Token {
  if (text.length < 2 && text !== '#' && text !== '?') return text
  switch (text[0]) {
    case '{':
      return list(text.slice(1, -1))
    case '#':
      return numbers('0'.repeat(text.length), '9'.repeat(text.length))
    case '?':
      return LETTERS
    case '[':
      return Array.from(text.slice(1, -1))
    case '<': {
      const [low = '', high = ''] = text.slice(1, -1).split('-')
      return numbers(low, high)
    }
    default:
      return text
  }
}

/** The tokens of a pattern; `list` gives the words of a name in braces. */
export function parsePattern(text: string, list: (name: string) => readonly string[]): Pattern {
  return (text.match(TOKEN) ?? []).map((token) => tokenOf(token, list))
}

/** How many draws a pattern has. */
export function patternCapacity(pattern: Pattern): number {
  return pattern.reduce((sum, token) => (typeof token === 'string' ? sum : sum * token.length), 1)
}

/** The words that share the commonest measure, of equally common ones the first met. */
function commonest(words: readonly string[], measure: (word: string) => number): readonly string[] {
  const groups = new Map<number, string[]>()
  for (const word of words) {
    const key = measure(word)
    const group = groups.get(key)
    if (group) group.push(word)
    else groups.set(key, [word])
  }
  let best: string[] = []
  for (const group of groups.values()) if (group.length > best.length) best = group
  return best
}

/** How often `mark` begins in the word with the mark behind it, the last time where the word ends. */
function marksIn(word: string, mark: string): number {
  const text = word + mark
  let count = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) count++
  return count
}

/**
 * Words after which it shows where they end: all with the fixed text behind them equally often in them, or all of one
 * length where a list follows directly. Read from the left, a text made of such words can be read in one way only.
 */
export function delimited(words: readonly string[], next: Token | undefined): readonly string[] {
  const distinct = [...new Set(words)]
  if (next === undefined) return distinct
  if (typeof next === 'string') return commonest(distinct, (word) => marksIn(word, next))
  return commonest(distinct, ({ length }) => length)
}

/** The pattern with as many of its words as make no text twice. */
export function withoutRepeats(pattern: Pattern): Pattern {
  return pattern.map((token, i) =>
    typeof token === 'string' ? token : delimited(token, pattern[i + 1]),
  )
}
