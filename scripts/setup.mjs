// Puts in place what the project needs, on any machine with Node 20 and npm: packages, Temporal, Postgres.
// Idempotent and quick when all is there; `--quiet` speaks only when something has to be done or fails.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './setup/lock.mjs'
import { ensureNode24, ensurePackages, packagesInPlace } from './setup/packages.mjs'
import { describePostgres, ensurePostgres, postgresInPlace } from './setup/postgres.mjs'
import { SetupError } from './setup/run.mjs'
import { describeTemporal, ensureTemporal, temporalInPlace } from './setup/temporal.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const toolsFile = path.join(root, 'node_modules', '.cache', 'syndata', 'tools.json')
const quiet = process.argv.includes('--quiet')

/** Where what is shared between checkouts is kept. */
function cacheFolder() {
  const home = process.env.XDG_CACHE_HOME || path.join(process.env.HOME || root, '.cache')
  return path.join(home, 'syndata')
}

function readTools() {
  try {
    return JSON.parse(readFileSync(toolsFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeTools(tools) {
  const text = `${JSON.stringify(tools, null, 2)}\n`
  if (existsSync(toolsFile) && readFileSync(toolsFile, 'utf8') === text) return
  mkdirSync(path.dirname(toolsFile), { recursive: true })
  writeFileSync(toolsFile, text)
}

function allInPlace(tools) {
  const hasNode = tools.node !== undefined && existsSync(tools.node)
  return (
    hasNode &&
    packagesInPlace(root) &&
    temporalInPlace(tools.temporal) &&
    postgresInPlace(tools.postgres)
  )
}

async function setUp() {
  const cache = cacheFolder()
  await withLock(path.join(cache, 'setup.lock'), async () => {
    await ensurePackages(root)
    const node = await ensureNode24(root)
    const known = readTools()
    const temporal = await ensureTemporal(known.temporal, cache)
    const postgres = await ensurePostgres(known.postgres, cache)
    writeTools({ node, temporal, postgres })
  })
}

async function main() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) {
    throw new SetupError(`Node ${process.version} is too old`, 'Install Node 20 or later.')
  }
  const ready = allInPlace(readTools())
  if (!ready) await setUp()
  if (quiet && ready) return
  const { temporal, postgres } = readTools()
  console.log(
    `Set-up: all in place (packages, ${describeTemporal(temporal)}, ${describePostgres(postgres)})`,
  )
}

try {
  await main()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`\nSet-up failed: ${error.message}\nWhat to do: ${error.whatToDo}`)
  process.exitCode = 1
}
