// Finds, downloads or builds the one version of the Temporal CLI that the project uses, which holds the server too.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { downloadTemporal } from './download-temporal.mjs'
import { outputOf, runCommand, SetupError, say, step } from './run.mjs'

export const TEMPORAL_VERSION = '1.5.1'

const MODULE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_VERSION}`
const BUILD_MAX_MS = 20 * 60_000

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file))
}

/** A binary built from the module says only 0.0.0-DEV of itself; the Go toolchain reads what it was built from. */
function versionOf(file) {
  const own = /^temporal version (\S+)/m.exec(outputOf(file, ['--version']) ?? '')?.[1]
  if (own !== '0.0.0-DEV') return own
  const build = outputOf('go', ['version', '-m', file]) ?? ''
  return /\tgithub\.com\/temporalio\/cli\tv(\S+)/.exec(build)?.[1] ?? own
}

function record(file) {
  const { size, mtimeMs } = statSync(file)
  return { path: file, version: TEMPORAL_VERSION, size, mtimeMs }
}

/** Whether what was found before is still the same file; a running cluster always counts. */
export function temporalInPlace(found) {
  if (process.env.TEMPORAL_ADDRESS) return true
  if (!found || !existsSync(found.path)) return false
  const { size, mtimeMs } = statSync(found.path)
  return size === found.size && mtimeMs === found.mtimeMs
}

/** For the closing line of set-up. */
export function describeTemporal(found) {
  const { TEMPORAL_ADDRESS } = process.env
  return TEMPORAL_ADDRESS ? `Temporal at ${TEMPORAL_ADDRESS}` : `Temporal ${found.version}`
}

function installedTemporal() {
  const file = onPath('temporal')
  if (!file) return undefined
  const version = versionOf(file)
  if (version === TEMPORAL_VERSION) return file
  say(
    `${file} is version ${version ?? 'unknown'}, the project needs ${TEMPORAL_VERSION}: not used, and left alone`,
  )
  return undefined
}

async function build(file) {
  if (outputOf('go', ['version']) === undefined) return false
  const unfinished = `${path.dirname(file)}.building`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const options = { env: { GOBIN: unfinished }, timeoutMs: BUILD_MAX_MS }
  const { code, tail } = await runCommand('go', ['install', MODULE], options)
  if (code !== 0) {
    throw new SetupError(
      `go install ${MODULE} failed:\n${tail.trimEnd()}`,
      'Check that the Go module proxy can be reached, or install the Temporal CLI as said in CONTRIBUTING.md.',
    )
  }
  mkdirSync(path.dirname(file), { recursive: true })
  renameSync(path.join(unfinished, 'temporal'), file)
  rmSync(unfinished, { recursive: true, force: true })
  return true
}

async function make(file) {
  if (await step(`Temporal ${TEMPORAL_VERSION}: download`, () => downloadTemporal(file))) return
  const title = `Temporal ${TEMPORAL_VERSION}: go install (about 3 minutes, once per machine)`
  if (await step(title, () => build(file))) return
  throw new SetupError(
    `Temporal ${TEMPORAL_VERSION} is not on PATH, cannot be downloaded, and there is no Go to build it with`,
    `Do one of: install the Temporal CLI ${TEMPORAL_VERSION} so that \`temporal\` is on PATH; install Go 1.24 or later; set TEMPORAL_ADDRESS to a running Temporal.`,
  )
}

/** The record of the CLI to use: from PATH, the cache, the download site or the Go module proxy, in this order. */
export async function ensureTemporal(found, cache) {
  if (temporalInPlace(found) || process.env.TEMPORAL_ADDRESS) return found
  const installed = installedTemporal()
  if (installed) return record(installed)
  const file = path.join(cache, `temporal-v${TEMPORAL_VERSION}`, 'temporal')
  if (!existsSync(file) || outputOf(file, ['--version']) === undefined) await make(file)
  return record(file)
}
