// domain, url, user_agent.

import { HOST_FIRST, HOST_SECOND } from '#engine/data/host-words.ts'
import { USER_AGENTS } from '#engine/data/user-agents.ts'
import { createAlias, fillAlias } from '#engine/random/alias.ts'
import { createForms } from './form-draw.ts'
import { DIGITS, type Form, type Place, times } from './forms.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { codeVector } from './vector.ts'

type SuffixRule = Pick<RuleOf<'domain'>, 'suffixes'>

/** Digits behind a name that must not repeat. */
const NUMBERED = 4

function hostOf(suffixes: readonly string[], unique: boolean): Form {
  const number = unique ? times(DIGITS, NUMBERED) : []
  return [HOST_FIRST, ['-'], HOST_SECOND, ...number, suffixes.map((suffix) => `.${suffix}`)]
}

/** Two words and a suffix; in unique columns a number behind the words. */
export function domainForms({ suffixes }: SuffixRule, unique: boolean): Form[] {
  return [hostOf(suffixes, unique)]
}

const SLASHED: Place = HOST_SECOND.map((word) => `/${word}`)

/** The start page, a page, a page of a folder, a numbered page. */
export function urlForms({ suffixes }: SuffixRule, unique: boolean): Form[] {
  const start: Form = [['https://'], ...hostOf(suffixes, unique)]
  const paths: Form[] = [
    [['/']],
    [SLASHED],
    [SLASHED, SLASHED],
    [SLASHED, ['/'], ...times(DIGITS, 5)],
  ]
  return paths.map((path) => [...start, ...path])
}

const URL_WEIGHTS = [2, 3, 3, 2]

export function compileDomain(rule: RuleOf<'domain'>, context: RuleContext): Kernel {
  const { pieces, fill } = createForms(rule, context, (unique) => ({
    forms: domainForms(rule, unique),
  }))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}

export function compileUrl(rule: RuleOf<'url'>, context: RuleContext): Kernel {
  const { pieces, fill } = createForms(rule, context, (unique) => ({
    forms: urlForms(rule, unique),
    weights: URL_WEIGHTS,
  }))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}

const AGENTS = USER_AGENTS.flatMap(({ texts }) => texts)

/** How many browsers there are. */
export const USER_AGENT_COUNT = AGENTS.length

export function compileUserAgent(_: RuleOf<'user_agent'>, context: RuleContext): Kernel {
  const vector = codeVector(AGENTS, context.capacity)
  if (context.unique) {
    const draw = createIndexDraw(context, AGENTS.length)
    return { vector, fill: (rows) => draw(vector.codes, rows) }
  }
  const weights = USER_AGENTS.flatMap(({ weight, texts }) => texts.map(() => weight / texts.length))
  const table = createAlias(weights)
  return {
    vector,
    fill(rows) {
      const words = context.random.words(rows, context.stream, 0)
      fillAlias(vector.codes, table, words[0], words[1], rows.n)
    },
  }
}
