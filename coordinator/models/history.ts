// Losses and scores by epoch, from one worker after another.

/** `score`: on rows that are held out; lower is better. */
export type EpochReport = {
  algorithm: string
  epoch: number
  losses: Record<string, number>
  score: number
}

const EPOCHS_KEPT = 1_000

/**
 * What was known, up to where the newer report begins, and the report: a worker repeats what lies behind the checkpoint
 * that it goes on from. Beyond 1,000 epochs every second one is left out, the last ones excepted.
 */
export function joinedHistory(
  known: readonly EpochReport[],
  newer: readonly EpochReport[],
): EpochReport[] {
  const [first] = newer
  if (first === undefined) return [...known]
  const again = known.findIndex(
    ({ algorithm, epoch }) => algorithm === first.algorithm && epoch >= first.epoch,
  )
  return thinned([...(again < 0 ? known : known.slice(0, again)), ...newer])
}

function thinned(history: EpochReport[]): EpochReport[] {
  if (history.length <= EPOCHS_KEPT) return history
  const sure = history.length - EPOCHS_KEPT / 4
  return thinned(history.filter((_, at) => at % 2 === 0 || at >= sure))
}
