// The life of a pool between two sizes. Total: every phase answers every event; what does not apply changes nothing.

export const PHASES = ['steady', 'adding', 'removing', 'cooling'] as const
/**
 * steady: free to decide · adding: workers were asked for and are waited for · removing: workers drain and are shut
 * down · cooling: a step is done, the next one waits.
 */
export type Phase = (typeof PHASES)[number]

export const PHASE_EVENTS = ['grow', 'shrink', 'joined', 'late', 'settled', 'cooled'] as const
/**
 * grow, shrink: a step begins · joined: all that were asked for are there · late: some are not, in time · settled: no
 * worker is leaving any more · cooled: the pause is over.
 */
export type PhaseEvent = (typeof PHASE_EVENTS)[number]

const NEXT: Record<Phase, Record<PhaseEvent, Phase>> = {
  steady: {
    grow: 'adding',
    shrink: 'removing',
    joined: 'steady',
    late: 'steady',
    settled: 'steady',
    cooled: 'steady',
  },
  adding: {
    grow: 'adding',
    shrink: 'adding',
    joined: 'cooling',
    late: 'steady',
    settled: 'adding',
    cooled: 'adding',
  },
  removing: {
    grow: 'removing',
    shrink: 'removing',
    joined: 'removing',
    late: 'removing',
    settled: 'cooling',
    cooled: 'removing',
  },
  cooling: {
    grow: 'cooling',
    shrink: 'cooling',
    joined: 'cooling',
    late: 'cooling',
    settled: 'cooling',
    cooled: 'steady',
  },
}

export const nextPhase = (phase: Phase, event: PhaseEvent): Phase => NEXT[phase][event]
