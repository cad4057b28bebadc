// npm run audit [-- FILE]: writes the SBOM of what runs, from the lock file alone, and asks the registry for known vulnerabilities
// of it. Exit codes: 0 when none is high or critical, 1 when one is, 3 when the registry did not say.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { OUTCOMES, verdictOf } from './audit/verdict.ts'
import { ROOT } from './stack/tools.ts'

const OUTPUT_BYTES_MAX = 2 ** 26
const OF_WHAT_RUNS = ['--omit=dev', '--package-lock-only', '--loglevel=error']

function npm(args: string[]): string {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX } as const
  return spawnSync('npm', [...args, ...OF_WHAT_RUNS], options).stdout ?? ''
}

const sbom = npm(['sbom', '--sbom-format=cyclonedx'])
const { components } = JSON.parse(sbom) as { components: unknown[] }
const [, , file = path.join(ROOT, 'node_modules', '.cache', 'syndata', 'sbom.cdx.json')] =
  process.argv
mkdirSync(path.dirname(file), { recursive: true })
writeFileSync(file, sbom)
console.log(`${components.length} packages: ${path.relative(ROOT, file)}`)

const { kind, text } = verdictOf(npm(['audit', '--json']))
const { said, exitCode } = OUTCOMES[kind]
console.log(`${said}: ${text}`)
process.exitCode = exitCode
