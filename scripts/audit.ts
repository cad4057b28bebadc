// npm run audit: writes the SBOM of what runs, from the lock file alone, and asks the registry for known vulnerabilities
// of it. Exit code 1 when one is high or critical; a registry that cannot say is no failure.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { verdictOf } from './audit/verdict.ts'
import { ROOT } from './stack/tools.ts'

const OUTPUT_BYTES_MAX = 2 ** 26
const OF_WHAT_RUNS = ['--omit=dev', '--package-lock-only', '--loglevel=error']

function npm(args: string[]): string {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX } as const
  return spawnSync('npm', [...args, ...OF_WHAT_RUNS], options).stdout ?? ''
}

const sbom = npm(['sbom', '--sbom-format=cyclonedx'])
const { components } = JSON.parse(sbom) as { components: unknown[] }
const file = path.join(ROOT, 'node_modules', '.cache', 'syndata', 'sbom.cdx.json')
mkdirSync(path.dirname(file), { recursive: true })
writeFileSync(file, sbom)
console.log(`${components.length} packages: ${path.relative(ROOT, file)}`)

const { kind, text } = verdictOf(npm(['audit', '--json']))
const said = { clean: 'nothing grave is known', unknown: 'not audited', refused: 'vulnerable' }
console.log(`${said[kind]}: ${text}`)
if (kind === 'refused') process.exitCode = 1
