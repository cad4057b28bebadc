import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readDeployment } from './read-file.ts'

const SHIPPED = readFileSync(new URL('../nodeops.yaml', import.meta.url), 'utf8')

/** What is wrong with the shipped file when a service of it has these variables. */
function found(service: string, ...variables: string[]): string[] {
  const list = variables.map((name) => `        - {name: ${name}, value: 1}\n`).join('')
  const line = `    - name: ${service}\n`
  assert.ok(SHIPPED.includes(line))
  const { problems } = readDeployment(SHIPPED.replace(line, `${line}      env:\n${list}`))
  return problems.map(
    ({ line: at, column, message, hint }) => `${at}:${column} ${message}. ${hint}`,
  )
}

test('a setting that nothing would read is refused, a misspelt one with what was meant', () => {
  const wrong = ['SYNDATA_PUBLC_URL', 'SYNDTA_STORE', 'SYNDATA_QWERTYUIOPAS']
  assert.deepEqual(found('coordinator', ...wrong), [
    '39:12 There is no setting SYNDATA_PUBLC_URL. Did you mean SYNDATA_PUBLIC_URL?',
    '40:12 There is no setting SYNDTA_STORE. Did you mean SYNDATA_STORE?',
    '41:12 There is no setting SYNDATA_QWERTYUIOPAS. README.md lists all settings.',
  ])
  assert.deepEqual(found('worker', 'SYNDATA_HEALTHPORT', 'WORKER_TOKEN', 'SYNDATA_PARTS_URL'), [
    '52:12 There is no setting SYNDATA_HEALTHPORT. Did you mean SYNDATA_HEALTH_PORT?',
    '53:12 There is no setting WORKER_TOKEN. Did you mean SYNDATA_TOKEN?',
    '54:12 SYNDATA_PARTS_URL is no setting of a worker. Write it in env of coordinator or parts, or leave it out.',
  ])
  const [first, ...others] = found('postgres', 'SYNDATA_NAME', 'POSTGRES_INITDB_ARGS')
  assert.match(first ?? '', /^19:12 SYNDATA_NAME is no setting of a postgres\. Write it in env of/)
  assert.deepEqual(others, [])
  const fine = ['SYNDATA_SECRET_DSN', 'SYNDATA_SQLITE_DIR', 'PINATA_JWT', 'WORKERS', 'SYNTAX_X']
  assert.deepEqual(found('coordinator', ...fine), [])
})
