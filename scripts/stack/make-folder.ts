// Folders on the operator's machine.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/** Of what is of one account alone. */
export const PRIVATE = 0o700

/**
 * With those above it, if need be. One after the other: Node's own recursion goes on for ever where a file system (/proc)
 * answers that there is no such folder instead of refusing one.
 */
export function makeFolder(folder: string, mode?: number): void {
  const missing: string[] = []
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.unshift(at)
  for (const each of missing) makeOne(each, mode)
  // What is no folder is refused.
  mkdirSync(folder, { recursive: true })
}

function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Another run was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
