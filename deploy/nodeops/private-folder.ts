// Folders of nodeops, which hold what is of its operator alone.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * With those above it. One after the other: Node's own recursion goes on for ever where a file system (/proc) answers that
 * there is no such folder instead of refusing one.
 */
export function makePrivateFolder(folder: string): void {
  const missing: string[] = []
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.unshift(at)
  for (const each of missing) makeOne(each)
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another run was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
