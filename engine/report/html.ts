// HTML as values that are escaped where they are put together, so that no name or value of a table is ever markup.

/** Markup; made by `html` alone. */
export type Html = { readonly markup: string }

type Part = Html | string | number | null | readonly Html[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const SPACES: ReadonlySet<string> = new Set(['\t', '\n', '\r'])

/**
 * Text that shows as it is, in elements and in quoted attributes; what HTML cannot hold (controls, halves of
 * surrogate pairs) becomes U+FFFD.
 */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, (sign) => (SPACES.has(sign) ? sign : '\ufffd'))
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] as string)
}

/** A template whose values are escaped, unless they are markup already; null is nothing, lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const markup = strings.map((text, at) => text + (at < values.length ? shown(values[at]) : ''))
  return { markup: markup.join('') }
}

function shown(part: Part | undefined): string {
  if (part === null || part === undefined) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}
