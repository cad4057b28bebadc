// A limit on checks of what may hang: a connection that is half dead answers neither yes nor no.

/** Rejects after `timeoutMs`, and aborts the signal that `check` was given. */
export async function within(
  timeoutMs: number,
  check: (options: { signal: AbortSignal }) => Promise<void>,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${timeoutMs} ms`)))
  })
  await Promise.race([check({ signal }), expired])
}
