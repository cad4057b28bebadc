// Texts that are kept while what they were cut from goes.

/** Shorter ones are copies already. */
const SLICED_FROM = 13

/** The same text in memory of its own: a piece of a larger text holds all of it. */
export function ownText(text: string): string {
  return text.length < SLICED_FROM ? text : Buffer.from(text).toString()
}
