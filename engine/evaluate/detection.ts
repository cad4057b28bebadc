// Can real and synthetic rows be told apart? The classifier two-sample test (Lopez-Paz and Oquab 2017): the area under
// the curve of a classifier on rows that it was not fitted on; .5 is what indistinguishable tables get.

import { areaInterval, areaUnderCurve, type Interval } from './auc.ts'
import { createBinner } from './boosting/bins.ts'
import { fitBoosted, predictBoosted } from './boosting/boost.ts'
import { type Fold, stratifiedFolds } from './folds.ts'
import { fitLogistic, linearFeatures, predictLogistic } from './logistic.ts'
import { type Measured, stack } from './measured.ts'
import type { Pause } from './pause.ts'

/** `auc` is the mean over folds; null where a side has fewer rows than there are folds, or no column. */
export type Detection = { auc: number | null; interval: Interval | null }

export type Detections = { boosted_trees: Detection; logistic_regression: Detection; folds: number }

export type DetectionOptions = { seed: number; pause: Pause }

const FOLDS = 3

/** By boosted trees and by logistic regression. Rejects with AppError `cancelled`. */
export async function detectSynthetic(
  real: Measured,
  synthetic: Measured,
  { seed, pause }: DetectionOptions,
): Promise<Detections> {
  const none = { auc: null, interval: null }
  const fewest = Math.min(real.rows, synthetic.rows)
  if (fewest < FOLDS || real.columns.length === 0)
    return { boosted_trees: none, logistic_regression: none, folds: FOLDS }
  const pooled = stack(real, synthetic)
  const target = new Float64Array(pooled.rows).fill(1, real.rows)
  const folds = stratifiedFolds(target, FOLDS, seed)
  const binned = createBinner(pooled)(pooled)
  const byTrees = ({ training, testing }: Fold): Float64Array => {
    const model = fitBoosted(binned, target, training, { loss: 'logistic', seed })
    return predictBoosted(model, binned, testing)
  }
  const features = linearFeatures(pooled)
  const byLogistic = ({ training, testing }: Fold): Float64Array =>
    predictLogistic(features, fitLogistic(features, target, training), testing)
  const judge = async (score: (fold: Fold) => Float64Array): Promise<Detection> => {
    let sum = 0
    for (const fold of folds) {
      await pause()
      sum += foldArea(score(fold), target, fold)
    }
    const auc = sum / folds.length
    return { auc, interval: areaInterval(auc, real.rows, synthetic.rows) }
  }
  return {
    boosted_trees: await judge(byTrees),
    logistic_regression: await judge(byLogistic),
    folds: FOLDS,
  }
}

function foldArea(scores: Float64Array, target: Float64Array, { testing }: Fold): number {
  const of = (group: number): Float64Array =>
    scores.filter((_, at) => target[testing[at] as number] === group)
  return areaUnderCurve(of(0), of(1)) as number
}
