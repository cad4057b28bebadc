// Entry of nodeops: the process around one run of it. bin.mjs starts it on the Node that the project pins.

import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { programOf } from './cli/called.ts'
import { EXIT } from './cli/context.ts'
import { run } from './cli/run.ts'
import { openTarget, TARGET_NAMES } from './targets/targets.ts'

/** The terminal and the program that started this one both send a Ctrl-C. */
const SAME_SIGNAL_MS = 500

const stop = new AbortController()
const isInteractive = process.stdin.isTTY && process.stdout.isTTY
let askedAt = 0
const ask = (): void => {
  // A second one does not wait for what the first one asked to end.
  if (stop.signal.aborted && performance.now() - askedAt > SAME_SIGNAL_MS)
    process.exit(EXIT.interrupted)
  if (!stop.signal.aborted) askedAt = performance.now()
  stop.abort()
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, ask)
// bin.mjs holds the other end: whoever kills it means this one.
process.on('disconnect', ask)
process.channel?.unref()
// `nodeops logs | head` is over when the reader is.
process.stdout.on('error', () => process.exit(EXIT.ok))

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  ...(path.basename(process.argv0) !== 'node' && { program: programOf(process.argv0, process) }),
  isTerminal: process.stdout.isTTY,
  confirm: isInteractive ? confirm : null,
  signal: stop.signal,
  openTarget,
  targets: TARGET_NAMES,
})

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: stop.signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
