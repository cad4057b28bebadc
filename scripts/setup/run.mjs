// How set-up runs commands: with a title, with progress while they last, and with what to do when they fail.
import { spawn, spawnSync } from 'node:child_process'

const PROGRESS_EVERY_MS = 15_000
const TAIL_CHARS = 4_000

/** A failure that the user can act on; `whatToDo` is a whole sentence. */
export class SetupError extends Error {
  constructor(message, whatToDo) {
    super(message)
    this.name = 'SetupError'
    this.whatToDo = whatToDo
  }
}

/** One line about what set-up does or found. */
export function say(line) {
  console.log(`  ${line}`)
}

/** Runs `work` under `title`, says every 15 s that it still runs, and how long it took. */
export async function step(title, work) {
  const startedAt = Date.now()
  const elapsed = () => `${((Date.now() - startedAt) / 1000).toFixed(0)} s`
  say(`${title} ...`)
  const progress = setInterval(
    () => say(`${title}: still at it after ${elapsed()}`),
    PROGRESS_EVERY_MS,
  )
  try {
    const result = await work()
    say(`${title}: done in ${elapsed()}`)
    return result
  } finally {
    clearInterval(progress)
  }
}

/** Runs a command to its end; resolves with its exit code (-1: could not start, or ran past the limit) and last output. */
export function runCommand(command, args, { cwd, env, timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    })
    let tail = ''
    const keep = (data) => {
      tail = (tail + data).slice(-TAIL_CHARS)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: -1, tail: error.message }))
    child.on('close', (code) => resolve({ code: code ?? -1, tail }))
  })
}

/** The standard output of a quick command, or undefined when it cannot be run or fails. */
export function outputOf(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 })
  return result.status === 0 ? result.stdout.trim() : undefined
}
