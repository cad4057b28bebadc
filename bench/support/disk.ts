// Folders of benches. They are removed when everything is measured and not before: on ext4 a new file was measured
// to cost ten times as much and more right after many files were deleted.

import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const folders: string[] = []

/** A fresh folder that lasts until `removeFolders`. */
export function benchFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `syndata-bench-${name}-`))
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0))
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** Error when less is free where benches write. */
export function requireDisk(bytes: number): void {
  const { bavail, bsize } = statfsSync(tmpdir())
  if (bavail * bsize >= bytes) return
  const gb = (n: number) => (n / 1e9).toFixed(1)
  throw new Error(
    `${tmpdir()} has ${gb(bavail * bsize)} GB free and this bench needs ${gb(bytes)} GB; set TMPDIR`,
  )
}
