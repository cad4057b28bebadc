// What the figures of an evaluation say in words, each sentence with the figures that it rests on. A grade counts what is
// beyond chance: the near end of an interval of 95 %, where a figure has one.

import { differenceInterval } from './auc.ts'
import type { Evaluation } from './evaluation.ts'
import type { Privacy } from './privacy/privacy.ts'

export type Grade = 'good' | 'fair' | 'poor' | 'unknown'

type Sentence = { grade: Grade; text: string }

/** `grade` is the worst that a sentence of it gave. */
export type Judgement = { grade: Grade; sentences: Sentence[] }

export type Verdict = { quality: Judgement; privacy: Judgement }

/** What is good at most, and what is fair at most. */
type Limits = readonly [good: number, fair: number]

/** docs/evaluation.md has the same table. */
const LIMITS = {
  columns: [0.03, 0.1],
  pairs: [0.05, 0.12],
  detection: [0.1, 0.3],
  utility: [0.05, 0.2],
  identical: [0.002, 0.02],
  distance: [0.2, 0.5],
  membership: [0.02, 0.1],
  singlingOut: [0.05, 0.2],
  rareLevels: [0.2, 0.5],
  copiedValues: [0.001, 0.05],
} as const satisfies Record<string, Limits>

export function judge(evaluation: Omit<Evaluation, 'verdict'>): Verdict {
  return {
    quality: summed([
      ...similarity(evaluation),
      ...detectability(evaluation),
      ...usefulness(evaluation),
    ]),
    privacy: summed([
      ...copies(evaluation.privacy),
      ...closeness(evaluation.privacy),
      ...membership(evaluation.privacy),
      ...singledOut(evaluation.privacy),
      ...exposed(evaluation.privacy),
    ]),
  }
}

const ORDER: readonly Grade[] = ['unknown', 'good', 'fair', 'poor']

function summed(sentences: Sentence[]): Judgement {
  const worst = Math.max(0, ...sentences.map(({ grade }) => ORDER.indexOf(grade)))
  return { grade: ORDER[worst] as Grade, sentences }
}

function graded(loss: number, [good, fair]: Limits): Grade {
  return loss <= good ? 'good' : loss <= fair ? 'fair' : 'poor'
}

/** Of fewer rows no likeness is told from chance, and no classifier or attacker has anything to go by. */
const ROWS_LEAST = 50

const TOO_FEW = ' These are too few rows to tell.'

/** As `graded`, by the near end; unknown where chance alone could hide what is poor, or rows are too few. */
function gradedWithin([low, high]: readonly [number, number], limits: Limits, rows: number): Grade {
  const near = graded(low, limits)
  return rows < ROWS_LEAST || (near === 'good' && high > limits[1]) ? 'unknown' : near
}

const said = (grade: Grade, text: string): Sentence => ({
  grade,
  text: grade === 'unknown' ? `${text}${TOO_FEW}` : text,
})

/** Nothing is below nothing: what rounds to 0 has no sign. */
const three = (value: number): string => (Math.round(value * 1_000) / 1_000 + 0).toFixed(3)
const percent = (value: number): string =>
  `${(100 * value).toFixed(value > 0 && value < 0.01 ? 2 : 1)} %`

/** What is lost against a second real sample counts: no table can do better than that. */
function similarity({ shapes, trends, ceiling, rows }: Omit<Evaluation, 'verdict'>): Sentence[] {
  const isFew = Math.min(rows.real, rows.synthetic) < ROWS_LEAST
  const sentence = (what: string, score: number | null, best: number | null, limits: Limits) => {
    if (score === null) return []
    const grade = isFew ? 'unknown' : graded((best ?? 1) - score, limits)
    const ceiled = best === null ? '' : `, where a second real sample would score ${three(best)}`
    return [said(grade, `${what} score ${three(score)}${ceiled}.`)]
  }
  return [
    ...sentence('Single columns', shapes.score, ceiling.shapes, LIMITS.columns),
    ...sentence('Pairs of columns', trends.all_pairs, ceiling.trends, LIMITS.pairs),
  ]
}

function detectability({ detection, rows }: Omit<Evaluation, 'verdict'>): Sentence[] {
  const { auc, interval } = detection.boosted_trees
  if (auc === null || interval === null) return []
  const above: [number, number] = [interval[0] - 0.5, interval[1] - 0.5]
  const grade = gradedWithin(above, LIMITS.detection, Math.min(rows.real, rows.synthetic))
  const meaning = {
    good: 'cannot be told from real ones much better than by guessing',
    fair: 'can often be told from real ones',
    poor: 'can nearly always be told from real ones',
    unknown: 'were not told from real ones',
  }[grade]
  const text = `Synthetic rows ${meaning}: boosted trees reach an AUC of ${three(auc)} (0.5 is a guess).`
  return [said(grade, text)]
}

function usefulness({ utility }: Omit<Evaluation, 'verdict'>): Sentence[] {
  if (utility?.trained_on_real == null) return []
  const { target, metric, trained_on_real: real, trained_on_synthetic: synthetic } = utility
  const name = metric === 'auc' ? 'an AUC' : 'an R squared'
  if (synthetic === null) return []
  // Nothing can be lost where real rows predict no better than a guess.
  const above = real - (metric === 'auc' ? 0.5 : 0)
  const isGuess = above < 0.05
  const chance = 1 / Math.sqrt(utility.rows.tested)
  const lost = (real - synthetic - chance) / above
  const { tested, real: learned } = utility.rows
  const text = `A model of “${target}” that was trained on synthetic rows reaches ${name} of ${three(synthetic)} on real rows; trained on real ones, ${three(real)}.`
  if (Math.min(tested, learned) < ROWS_LEAST) return [said('unknown', text)]
  if (isGuess) return [{ grade: 'unknown', text: `${text} Nothing tells it: name another target.` }]
  return [said(graded(lost, LIMITS.utility), text)]
}

function copies({ identical, control, rows }: Privacy): Sentence[] {
  if (identical.synthetic === null) return []
  const usual = identical.control ?? 0
  const [above] = differenceInterval(
    { successes: identical.synthetic * rows.synthetic, n: rows.synthetic },
    { successes: usual * rows.control, n: rows.control },
  )
  const others = control === 'holdout' ? 'rows that were held out' : 'other real rows'
  return [
    {
      grade: graded(above, LIMITS.identical),
      text: `${percent(identical.synthetic)} of synthetic rows equal a real row in every column; of ${others}, ${percent(usual)} do.`,
    },
  ]
}

function closeness({ distance, control, rows }: Privacy): Sentence[] {
  const [made, usual] = [distance.synthetic, distance.control]
  if (made.p5 === null || usual.p5 === null || made.median === null || usual.median === null)
    return []
  const closer = (a: number, b: number): number => (b === 0 ? 0 : Math.max(0, 1 - a / b))
  const others = control === 'holdout' ? 'held-out rows' : 'real rows of the other half'
  const fewest = Math.min(rows.synthetic, rows.real, rows.control)
  const above = Math.max(closer(made.p5, usual.p5) - 0.3, closer(made.median, usual.median))
  return [
    said(
      fewest < ROWS_LEAST ? 'unknown' : graded(above, LIMITS.distance),
      `Half of the synthetic rows are within ${made.median.toPrecision(3)} of a real row (0 is a copy, 1 as far as can be) and one in twenty within ${made.p5.toPrecision(3)}; for ${others} it is ${usual.median.toPrecision(3)} and ${usual.p5.toPrecision(3)}.`,
    ),
  ]
}

function membership({ membership: attack, rows }: Privacy): Sentence[] {
  if (!attack)
    return [
      {
        grade: 'unknown',
        text: 'Whether rows that were learned from can be recognised is unknown: no held-out rows were given.',
      },
    ]
  const [low, high] = attack.advantage_interval
  const fewest = Math.min(rows.real, rows.control)
  return [
    said(
      gradedWithin(attack.advantage_interval, LIMITS.membership, fewest),
      `An attacker who asks whether a row was learned from gains ${three(attack.advantage)} over guessing (0 is a guess, 1 certainty; 95 %: ${three(low)} to ${three(high)}).`,
    ),
  ]
}

function singledOut({ singling_out: attack, rows }: Privacy): Sentence[] {
  if (attack?.risk == null || attack.risk_interval == null) return []
  const fewest = Math.min(rows.real, rows.control, attack.guesses)
  return [
    said(
      gradedWithin(attack.risk_interval, LIMITS.singlingOut, fewest),
      `Guesses taken from synthetic rows single out a real row in ${percent(attack.success)} of ${attack.guesses} cases, guesses from rows that were not learned from in ${percent(attack.control ?? 0)}.`,
    ),
  ]
}

function exposed({ rare_levels: rare, copied_values: copied }: Privacy): Sentence[] {
  const levels = rare.reduce((sum, { rare_levels }) => sum + rare_levels, 0)
  const shown = rare.reduce((sum, exposure) => sum + exposure.shown, 0)
  const taken = copied.filter(({ reason, copied: share }) => reason !== 'text' && (share ?? 0) > 0)
  const sentences: Sentence[] = []
  if (levels > 0)
    sentences.push({
      grade: shown === 0 ? 'good' : graded(shown / levels, LIMITS.rareLevels),
      text: `Levels that fewer than five real rows have: ${levels}, of which synthetic rows show ${shown}.`,
    })
  for (const { column, copied: share } of taken)
    sentences.push({
      grade: graded(share ?? 0, LIMITS.copiedValues),
      text: `${percent(share ?? 0)} of the values of “${column}” are values of real rows.`,
    })
  return sentences
}
