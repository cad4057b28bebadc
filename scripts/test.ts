// `npm test`: every test, on Node's own runner. Unit tests first, side by side; then those that bring processes
// down, one file at a time. `npm test -- engine` or `-- placement` runs the files whose path holds the word.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { ROOT, readTools } from './stack/tools.ts'
import { ensureVersityGw } from './stack/versitygw.ts'

const ALL = '{engine,proto,settings,coordinator,worker,deploy,scripts,test,bench}/**/*.test.ts'
const ONE_AT_A_TIME = `test${path.sep}faults${path.sep}`
const ONE_TEST_MAX_MS = 10 * 60_000

/** Files of tests whose path holds any of the words; all without words. Options of the runner pass through. */
function selectFiles(words: string[]): { together: string[]; apart: string[] } {
  const files = globSync(ALL, { cwd: ROOT })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort((a, b) => a.localeCompare(b))
  return {
    together: files.filter((file) => !file.startsWith(ONE_AT_A_TIME)),
    apart: files.filter((file) => file.startsWith(ONE_AT_A_TIME)),
  }
}

/** Resolves with the runner's exit code; its report goes straight to our own output. */
function runTests(
  title: string,
  files: string[],
  concurrency: number,
  options: string[],
): Promise<number> {
  console.log(`\n${title}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`)
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${ONE_TEST_MAX_MS}`,
    ...options,
    ...files,
  ]
  const runner = spawn(readTools().node, args, { cwd: ROOT, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    runner.once('error', reject)
    runner.once('exit', (code) => resolve(code ?? 1))
  })
}

const HELP = `npm test -- [WORD ...] [--option of node --test]

Every test; with words only files whose path holds one of them.

  npm test -- engine                             files below engine, and others with the word
  npm test -- placement --test-name-pattern=gpu  of those, tests of this name
  npm test -- --test-reporter=dot                another report`

const given = process.argv.slice(2)
if (given.includes('--help')) {
  console.log(HELP)
  process.exit(0)
}
const { together, apart } = selectFiles(given.filter((word) => !word.startsWith('--')))
const options = given.filter((word) => word.startsWith('--'))
if (together.length + apart.length === 0) {
  console.error(`no test file matches ${given.join(' ')}`)
  process.exit(1)
}
// npm and the terminal pass Ctrl-C to the runner too; this process waits for it.
process.on('SIGINT', () => undefined)
ensureVersityGw((line) => console.log(line))
let failed = 0
if (together.length > 0) {
  failed += await runTests(
    'Units, side by side',
    together,
    Math.max(2, availableParallelism()),
    options,
  )
}
if (apart.length > 0) failed += await runTests('Faults, one file at a time', apart, 1, options)
process.exitCode = failed === 0 ? 0 : 1
