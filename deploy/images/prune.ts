// Leaves in `node_modules` only what one kind of process needs on this platform. A step of the images' build:
// `node deploy/images/prune.ts worker`.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { closureOf, type LockedPackages, packagesOf } from './reach.ts'

/** Folders whose sources each kind of process runs. */
export const FOLDERS = {
  worker: ['engine', 'proto', 'settings', 'worker'],
  coordinator: ['engine', 'proto', 'settings', 'coordinator'],
} as const

/** Where packages carry binaries, one folder per platform; all but this platform's go. */
const BINARIES = [
  { folder: 'node_modules/onnxruntime-node/bin/napi-v6', keeps: ['linux/x64'] },
  {
    folder: 'node_modules/@temporalio/core-bridge/releases',
    keeps: ['x86_64-unknown-linux-gnu'],
  },
] as const

/** Of the binaries that are kept, as Node names it. */
const PLATFORM = 'linux/x64'

/** What no process reads: declarations, maps, sources of what is compiled already. */
const NEVER_READ = /\.(d\.[cm]?ts|map|tsbuildinfo|md|markdown)$/i

type Role = keyof typeof FOLDERS

const isRole = (text: string | undefined): text is Role => text !== undefined && text in FOLDERS

/** Removes packages, binaries and files; throws if a binary of this platform is not where it was. */
export function prune(root: string, role: Role): { kept: number; removed: number } {
  const file = path.join(root, 'node_modules', '.package-lock.json')
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: LockedPackages }
  const reached = closureOf(withoutOptional(packages), packagesOf(root, FOLDERS[role]))
  const places = Object.keys(packages).filter((place) => place !== '')
  const unused = places.filter((place) => !reached.has(place) && !holdsOne(place, reached))
  for (const place of unused) rmSync(path.join(root, place), { recursive: true, force: true })
  rmSync(path.join(root, 'node_modules', '.bin'), { recursive: true, force: true })
  for (const binaries of BINARIES) keepOnly(root, binaries)
  removeUnread(path.join(root, 'node_modules'))
  return { kept: reached.size, removed: unused.length }
}

/** What is needed on the way to an image, or by nothing that runs here: compilers, bindings that have a substitute. */
const withoutOptional = (packages: LockedPackages): LockedPackages =>
  Object.fromEntries(Object.entries(packages).filter(([, { optional }]) => optional !== true))

const holdsOne = (place: string, reached: ReadonlySet<string>): boolean =>
  [...reached].some((other) => other.startsWith(`${place}/`))

function keepOnly(root: string, { folder, keeps }: (typeof BINARIES)[number]): void {
  const base = path.join(root, folder)
  if (!existsSync(base)) return
  for (const kept of keeps) {
    if (!existsSync(path.join(base, kept))) throw new Error(`${folder} has no ${kept}`)
  }
  const depth = keeps[0].split('/').length
  for (const name of foldersAt(base, depth)) {
    if (!keeps.some((kept) => kept === name)) rmSync(path.join(base, name), { recursive: true })
  }
}

function foldersAt(base: string, depth: number): string[] {
  const names = readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  if (depth === 1) return names
  return names.flatMap((name) =>
    foldersAt(path.join(base, name), depth - 1).map((below) => `${name}/${below}`),
  )
}

function removeUnread(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && NEVER_READ.test(entry.name))
      rmSync(path.join(entry.parentPath, entry.name))
  }
}

/** Throws on a platform whose binaries are not kept: what is built there would end at its start. */
export function refuseOthers({ platform, arch }: { platform: string; arch: string }): void {
  const here = `${platform}/${arch}`
  if (here !== PLATFORM)
    throw new Error(`images are for ${PLATFORM}, not ${here}: build with --platform linux/amd64`)
}

if (import.meta.main) {
  refuseOthers(process)
  const role = process.argv[2]
  if (!isRole(role)) throw new Error(`give one of ${Object.keys(FOLDERS).join(', ')}`)
  const { kept, removed } = prune(process.cwd(), role)
  console.log(`${role}: ${kept} packages kept, ${removed} removed`)
}
