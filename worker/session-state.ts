// The life of a worker's connection, as a total table. Invariants, each tested by its number:
// 1. Work is taken and results are sent in serving and draining alone.
// 2. A message out of its turn, like a lost stream, leads back to connecting: the stream is dropped and dialled anew.
// 3. Nothing leads out of stopped.

export const SESSION_STATES = ['connecting', 'greeting', 'serving', 'draining', 'stopped'] as const
export const SESSION_EVENTS = [
  'challenged',
  'welcomed',
  'drained',
  'resumed',
  'cut',
  'refused',
  'left',
] as const

export type SessionState = (typeof SESSION_STATES)[number]
/** cut: the stream is over · refused: for good · left: by our own will; the others are what a coordinator says. */
export type SessionEvent = (typeof SESSION_EVENTS)[number]

const ENDS = { cut: 'connecting', refused: 'stopped', left: 'stopped' } as const

const NEXT: Record<SessionState, Record<SessionEvent, SessionState>> = {
  connecting: {
    challenged: 'greeting',
    welcomed: 'connecting',
    drained: 'connecting',
    resumed: 'connecting',
    ...ENDS,
  },
  greeting: {
    challenged: 'connecting',
    welcomed: 'serving',
    drained: 'connecting',
    resumed: 'connecting',
    ...ENDS,
  },
  serving: {
    challenged: 'connecting',
    welcomed: 'connecting',
    drained: 'draining',
    resumed: 'serving',
    ...ENDS,
  },
  draining: {
    challenged: 'connecting',
    welcomed: 'connecting',
    drained: 'draining',
    resumed: 'serving',
    ...ENDS,
  },
  stopped: {
    challenged: 'stopped',
    welcomed: 'stopped',
    drained: 'stopped',
    resumed: 'stopped',
    cut: 'stopped',
    refused: 'stopped',
    left: 'stopped',
  },
}

export const nextSessionState = (state: SessionState, event: SessionEvent): SessionState =>
  NEXT[state][event]

/** Whether work and results may travel. */
export const isServing = (state: SessionState): boolean =>
  state === 'serving' || state === 'draining'
