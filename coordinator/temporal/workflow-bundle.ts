// The workflows as Temporal's sandbox loads them, bundled once per content and kept on disk.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ENTRY = fileURLToPath(new URL('bundle-workflows.ts', import.meta.url))
const BUNDLING_MAX_MS = 120_000
/** Beside what set-up keeps; where that cannot be written, as in a container, with what is temporary. */
const FOLDERS = [
  path.join(ROOT, 'node_modules', '.cache', 'syndata'),
  path.join(tmpdir(), 'syndata-cache'),
]
/** What a bundle may be made of, and with. */
const SOURCES = ['coordinator/workflows/**/*.ts', 'engine/**/*.ts', 'package-lock.json']

/** Path of the bundle of this release, made in another process if it is in none of the folders. */
export async function workflowBundle({
  folders = FOLDERS,
  signal,
}: {
  /** The first that can be written gets it. */
  folders?: readonly string[]
  signal?: AbortSignal
} = {}): Promise<string> {
  const name = `workflows-${digestOf(ROOT)}.js`
  const found = folders.map((folder) => path.join(folder, name)).find(existsSync)
  if (found !== undefined) return found
  const file = path.join(writableOf(folders), name)
  const options = { timeout: BUNDLING_MAX_MS, cwd: ROOT, ...(signal ? { signal } : {}) }
  await promisify(execFile)(process.execPath, [ENTRY, file], options)
  return file
}

/** Hex, of the contents and names of all sources. */
export function digestOf(root: string): string {
  const hash = createHash('sha256')
  for (const pattern of SOURCES) {
    for (const name of globSync(pattern, { cwd: root }).toSorted()) {
      if (name.endsWith('.test.ts')) continue
      const content = readFileSync(path.join(root, name))
      hash.update(`${name}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex').slice(0, 32)
}

function writableOf(folders: readonly string[]): string {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.W_OK)
      return folder
    } catch {
      // The next one.
    }
  }
  throw new Error(`the bundle of workflows cannot be kept in ${folders.join(' or ')}`)
}
