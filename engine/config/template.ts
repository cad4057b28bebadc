// The text of a template rule: literal text and {slots}; {{ and }} stand for the braces themselves.

export type TemplatePart = string | { slot: string }

/** Parts in order, neighbouring text joined; or what is wrong, in words. */
export function parseTemplate(text: string): { parts: TemplatePart[] } | { fault: string } {
  const parts: TemplatePart[] = []
  for (const token of text.match(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    if (token === '{' || token === '}') return { fault: `a ${token} without its partner` }
    const isSlot = token.startsWith('{') && token !== '{{'
    if (!isSlot) {
      const last = parts.at(-1)
      const literal = token === '{{' || token === '}}' ? token.slice(1) : token
      if (typeof last === 'string') parts[parts.length - 1] = last + literal
      else parts.push(literal)
      continue
    }
    const slot = token.slice(1, -1).trim()
    if (slot === '') return { fault: 'an empty {}' }
    parts.push({ slot })
  }
  return { parts }
}

/** The names in the slots of a template that parses; none for one that does not. */
export function slotsOf(text: string): string[] {
  const parsed = parseTemplate(text)
  if ('fault' in parsed) return []
  return parsed.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.slot]))
}
