// Keeps two set-ups of one user from doing the same work at once; a lock whose holder is gone is taken over.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupError, say } from './run.mjs'

const LOOK_AGAIN_MS = 500
const WAIT_MAX_MS = 20 * 60_000

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

async function take(file) {
  const until = Date.now() + WAIT_MAX_MS
  let told = false
  while (!tryTake(file)) {
    const holder = holderOf(file)
    if (holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) say(`another set-up (process ${holder}) is at work; waiting for it`)
    told = true
    if (Date.now() > until) {
      throw new SetupError(
        'another set-up does not end',
        `End process ${holder} or remove ${file}.`,
      )
    }
    await delay(LOOK_AGAIN_MS)
  }
}

/** Runs `work` while holding the lock `file`; waits at most 20 minutes for another holder. */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true })
  await take(file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
