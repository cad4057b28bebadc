// One stack per data folder: a second start is refused while the first runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'
import { StackError } from './stack-error.ts'

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}

/** Takes the folder for this process; the function returned gives it back. Throws StackError when it is taken. */
export function lockDataDir(dataDir: string): () => void {
  const file = path.join(dataDir, 'stack.lock')
  const holder = readHolder(file)
  if (holder && isRunning(holder)) {
    throw new StackError(
      `a stack runs already on ${dataDir} (process ${holder.pid})`,
      `Use that one (${path.join(dataDir, 'stack.json')}), stop it with Ctrl-C or \`kill ${holder.pid}\`, or give another folder with --data-dir.`,
    )
  }
  rmSync(file, { force: true })
  // `wx` decides between two that found the same dead holder.
  writeFileSync(file, JSON.stringify(identityOf(process.pid)), { flag: 'wx' })
  return () => rmSync(file, { force: true })
}
