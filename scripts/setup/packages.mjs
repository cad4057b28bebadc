// The npm packages of package-lock.json, and Node 24 among them: scripts run on it whatever the machine has.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { outputOf, runCommand, SetupError, say, step } from './run.mjs'

const INSTALL_MAX_MS = 15 * 60_000
const NODE_MAJOR = 'v24.'

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const stampOf = (root) => path.join(root, 'node_modules', '.cache', 'syndata', 'lock.sha256')
const nodeOf = (root) => path.join(root, 'node_modules', 'node', 'bin', 'node')

function lockDigest(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'))
  return createHash('sha256').update(lock).digest('hex')
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Whether npm's own record of what it installed has every package of the lock file in the same version. */
function installedMatchesLock(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  const installed = readPackages(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(
    ([at, { version, optional }]) =>
      at === '' || installed[at]?.version === version || (optional && !installed[at]),
  )
}

function writeStamp(root) {
  mkdirSync(path.dirname(stampOf(root)), { recursive: true })
  writeFileSync(stampOf(root), lockDigest(root))
}

/** Whether the packages installed are those of the lock file, by the digest noted when they were installed. */
export function packagesInPlace(root) {
  if (!existsSync(nodeOf(root)) || !existsSync(stampOf(root))) return false
  return readFileSync(stampOf(root), 'utf8') === lockDigest(root)
}

async function install(root) {
  const options = { cwd: root, timeoutMs: INSTALL_MAX_MS }
  const clean = await runCommand(npm, ['ci', '--loglevel=error'], options)
  if (clean.code === 0) return
  if (!clean.tail.includes('EUSAGE')) throw failed('npm ci', clean.tail)
  say('the lock file lacks some platform packages; npm install takes what it has')
  const loose = await runCommand(npm, ['install', '--no-save', '--loglevel=error'], options)
  if (loose.code !== 0) throw failed('npm install', loose.tail)
}

function failed(command, tail) {
  return new SetupError(
    `${command} failed:\n${tail.trimEnd()}`,
    `Check that the npm registry can be reached, then run \`${command}\` by hand to see more.`,
  )
}

/** Installs the packages unless they are there already. */
export async function ensurePackages(root) {
  if (packagesInPlace(root)) return
  if (!installedMatchesLock(root)) await step('npm packages', () => install(root))
  writeStamp(root)
}

/**
 * The path of Node 24's own binary. Install scripts are off, so the one that fetches this binary (an npm
 * package too) is run by name.
 */
export async function ensureNode24(root) {
  const node = nodeOf(root)
  if (!existsSync(node)) {
    await step('Node 24', async () => {
      const rebuild = ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']
      const { code, tail } = await runCommand(npm, rebuild, {
        cwd: root,
        timeoutMs: INSTALL_MAX_MS,
      })
      if (code !== 0) throw failed('npm rebuild node --ignore-scripts=false', tail)
    })
  }
  const version = outputOf(node, ['--version'])
  if (version?.startsWith(NODE_MAJOR)) return node
  throw new SetupError(
    `the npm package \`node\` gave ${version ?? 'no binary that runs here'} in place of Node 24`,
    'Remove node_modules and run the set-up again.',
  )
}
