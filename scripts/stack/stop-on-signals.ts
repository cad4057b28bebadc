// Ctrl-C, `kill` and a closed terminal ask for an orderly stop; a second one ends all at once.

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
const FORCED_EXIT_CODE = 130

/** Signals closer together than this are one: npm and the terminal both send a Ctrl-C. */
const SAME_SIGNAL_MS = 500

export type Stopping = {
  /** Aborts at the first signal. */
  signal: AbortSignal
  /** Resolves at the first signal. */
  asked: Promise<void>
  /** What a second signal calls before the process exits. */
  onForce: (kill: () => void) => void
}

/** Takes over the signals that end a program; for the entry points of programs only. */
export function stopOnSignals(say: (line: string) => void): Stopping {
  const abort = new AbortController()
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  let kill: () => void = () => undefined
  let askedAt = 0
  const onSignal = (): void => {
    if (!abort.signal.aborted) {
      askedAt = performance.now()
      say('\nStopping in order; once more to end everything at once.')
      resolve()
      abort.abort()
      return
    }
    if (performance.now() - askedAt < SAME_SIGNAL_MS) return
    kill()
    process.exit(FORCED_EXIT_CODE)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  // A closed terminal takes standard output along; writing to it must not end the stop half way.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  return {
    signal: abort.signal,
    asked,
    onForce: (next) => {
      kill = next
    },
  }
}
