// Which npm packages a process needs: those that its sources import, and what they depend on in turn. The image of a
// worker thereby comes without Temporal, Fastify and the rest.

import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'

/** One package of npm's lock file, by its place (`node_modules/a/node_modules/b`). */
export type LockedPackage = {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  /** The installation goes on without it. */
  optional?: boolean
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>

const SPECIFIER =
  /(?:\bfrom|\bimport|\bimport\(|(?:\brequire|\brequire\.resolve|import\.meta\.resolve)\()\s*['"]([^'"]+)['"]/g

/** Names of the packages that one source text imports, not those of Node or of this project. */
export function importedPackages(source: string): string[] {
  const found = [...source.matchAll(SPECIFIER)].map(([, specifier]) => specifier ?? '')
  return [...new Set(found.filter(isPackage).map(packageOf))]
}

const isPackage = (specifier: string): boolean => /^[@a-z]/.test(specifier) && !isBuiltin(specifier)

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** Packages imported anywhere in these folders; tests and declarations do not count. */
export function packagesOf(root: string, folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|js)$/.test(name) && !/\.(test|d)\.ts$/.test(name))
      .map((name) => path.join(root, folder, name)),
  )
  return [...new Set(files.flatMap((file) => importedPackages(readFileSync(file, 'utf8'))))].sort()
}

/**
 * Places of all packages that the named ones need, themselves included, by Node's way of finding them: nearest
 * `node_modules` first. Optional and peer dependencies count where they are installed. Throws if a needed one is not.
 */
export function closureOf(packages: LockedPackages, names: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const visit = (from: string, name: string, isNeeded: boolean): void => {
    const place = placeOf(packages, from, name)
    if (place === undefined) {
      if (isNeeded)
        throw new Error(`${name}, which ${from || 'the project'} needs, is not installed`)
      return
    }
    if (reached.has(place)) return
    reached.add(place)
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
    } = packages[place] ?? {}
    for (const each of Object.keys(dependencies))
      visit(place, each, !(each in optionalDependencies))
    for (const each of Object.keys({ ...optionalDependencies, ...peerDependencies })) {
      visit(place, each, false)
    }
  }
  for (const name of names) visit('', name, true)
  return reached
}

function placeOf(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (packages[place]) return place
    if (at === '') return undefined
  }
}
