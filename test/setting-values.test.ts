// What a program refuses at its start is refused in a nodeops.yaml in the same words, at the place of the value; and the
// other way round.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { readConfig, readSchedulerConfig } from '#coordinator/config.ts'
import { readDeployment } from '#deploy/nodeops/file/read-file.ts'
import { type Program, SETTINGS } from '#settings/programs.ts'
import { problemWith } from '#settings/setting.ts'
import { readCompose } from '#test/support/compose-file.ts'
import { readConfig as readWorkerConfig } from '#worker/config.ts'

const ROOT = new URL('..', import.meta.url).pathname
const SHIPPED = readFileSync(path.join(ROOT, 'deploy/nodeops/nodeops.yaml'), 'utf8')
const BACKENDS = { DATABASE_URL: 'postgres://a/b', TEMPORAL_ADDRESS: 't:1' }
const SERVING = { ...BACKENDS, SYNDATA_STORE: 'folder:/s', SYNDATA_MASTER_KEY: '0'.repeat(64) }

type Env = Record<string, string>
type Kubernetes = {
  spec?: {
    template?: {
      spec: { containers: { name: string; env?: { name: string; value?: string }[] }[] }
    }
  }
}

const READERS: Record<Program, (env: Env) => unknown> = {
  coordinator: (env) => readConfig({ ...SERVING, ...env }),
  parts: (env) => readConfig({ ...SERVING, ...env }),
  scheduler: (env) =>
    readSchedulerConfig({ ...BACKENDS, SYNDATA_SCALING_PROVIDER: 'kubernetes', ...env }),
  worker: readWorkerConfig,
}

function refusal(program: Program, env: Env): string {
  try {
    READERS[program](env)
    return ''
  } catch (error) {
    return (error as Error).message.replace(/^settings: /, '')
  }
}

/** The shipped file with these variables in the env of a service, each on a line of its own. */
function reading(service: string, env: Env) {
  const values = Object.entries(env).map(
    ([name, value]) => `{name: ${name}, value: ${JSON.stringify(value)}}`,
  )
  const list = values.map((line) => `        - ${line}\n`).join('')
  const line = `    - name: ${service}\n`
  return readDeployment(SHIPPED.replace(line, `${line}      env:\n${list}`))
}

const WRONG: Record<Program, Env> = {
  coordinator: {
    SYNDATA_DRAIN_SECONDS: 'abc',
    LOG_LEVEL: 'loud',
    SYNDATA_HTTP_PORT: '70000',
    SYNDATA_STORE: 'gs:bucket',
    SYNDATA_MASTER_KEY: 'hunter2',
    SYNDATA_PUBLIC_URL: 'example.org',
    SYNDATA_FLEET_ADDRESSES: 'a:1,b',
    SYNDATA_DATABASE_HOSTS: 'public, 10.0.0.0/99',
    SYNDATA_IPFS_GATEWAYS: 'https://ipfs.io',
    SYNDATA_ALLOW_PRIVATE_HOSTS: 'maybe',
    SYNDATA_ARWEAVE_BUDGET_WINSTON: '1e9',
    DATABASE_URL: 'mysql://a/b',
    TEMPORAL_ADDRESS: 'http://t:7233',
  },
  parts: {
    SYNDATA_PART_MAX_BYTES: '1 GB',
    SYNDATA_PARTS_URL: 'parts:8130',
    SYNDATA_PARTS_PORT: '-1',
  },
  scheduler: {
    SYNDATA_SCALING_TICK_SECONDS: '0',
    SYNDATA_SCALING_PROVIDER: 'cloud',
    SYNDATA_JOB_RETENTION_DAYS: '-1',
    SYNDATA_SCHEDULER_PORT: '1.5',
  },
  worker: {
    SYNDATA_MEMORY_LIMIT_MB: '4Gi',
    SYNDATA_HEALTH_PORT: '0',
    SYNDATA_COORDINATOR: 'fleet.example.org',
    SYNDATA_DRAIN_SECONDS: '2.5',
    SYNDATA_INPUT_CACHE_MB: '  ',
  },
}

const PROGRAMS = Object.keys(WRONG) as Program[]

test('a value that a program refuses is refused in the file, in the same words and at its place', () => {
  for (const program of PROGRAMS) {
    const env = WRONG[program]
    const { deployment, problems } = reading(program, env)
    assert.equal(deployment, null)
    assert.equal(problems.length, Object.keys(env).length)
    const [first] = problems
    for (const [i, [name, value]] of Object.entries(env).entries()) {
      const { message, line, column, path } = problems[i] ?? {}
      assert.equal(refusal(program, { [name]: value }), message)
      assert.match(path ?? '', new RegExp(`/env/${i}/value$`))
      assert.equal(line, (first?.line ?? 0) + i)
      assert.equal(column, `        - {name: ${name}, `.length + 1)
      assert.doesNotMatch(message ?? '', /hunter2/)
    }
  }
})

test('what is right for the file is right for the program, at the bounds of every number too', () => {
  for (const program of PROGRAMS) {
    for (const [name, setting] of Object.entries(SETTINGS[program])) {
      const numbers = setting.allowed.match(/\d+(\.\d+)?/g) ?? []
      for (const value of [
        ...numbers,
        '0',
        '1',
        'true',
        'x',
        '-1',
        '1e99',
        ' ',
        '$' + '{X}',
        '7 ',
      ]) {
        const problem = problemWith(name, setting, value)
        const told = refusal(program, { [name]: value })
        if (problem === null)
          assert.doesNotMatch(told, new RegExp(`${name} must be (?!https|in order)`), value)
        else if (told !== '') assert.ok(told.includes(problem), `${told} | ${problem}`)
      }
    }
  }
})

test('a value that was meant as a reference is told how references are written', () => {
  const { problems, warnings } = reading('coordinator', {
    SYNDATA_PUBLIC_URL: '$' + '{PUBLIC_URL}',
    PINATA_JWT: '$' + '{JWT:-none}',
  })
  assert.match(problems[0]?.hint ?? '', /^Nothing fills in \$\{PUBLIC_URL\}: .*\{env: PUBLIC_URL\}/)
  assert.ok(warnings.some((text) => /PINATA_JWT: Nothing fills in .*\{env: JWT\}/.test(text)))
})

test('a provider that needs a secret is refused without one, as the scheduler refuses it', () => {
  for (const provider of ['webhook:https://pool.example', 'createos:prj_1']) {
    const env = { SYNDATA_NAME: 'a', SYNDATA_SCALING_PROVIDER: provider }
    const { problems } = reading('scheduler', env)
    assert.deepEqual(
      problems.map(({ message, path: at }) => [message, at.slice(-12)]),
      [['SYNDATA_SCALING_SECRET is not set', '/env/1/value']],
    )
    assert.equal(refusal('scheduler', env), 'SYNDATA_SCALING_SECRET is not set')
    const whole = { ...env, SYNDATA_SCALING_SECRET: 'env:SYNDATA_SECRET_POOL' }
    assert.deepEqual(reading('scheduler', whole).problems, [])
  }
})

test('keys of the file that make a setting which a program would refuse are refused where they stand', () => {
  const cases: [string, string, RegExp][] = [
    ['timeout: 1h', 'timeout: 2h', /^SYNDATA_LEASE_TIMEOUT_SECONDS must be .* to 3600\. .*7200/],
    ['initialDelay: 5s', 'initialDelay: 10ms', /^SYNDATA_RETRY_DELAY_SECONDS must be .* 0.1/],
    ['interval: 5s}', 'interval: 1500ms}', /^SYNDATA_CHECKPOINT_SECONDS must be a whole number/],
    [
      '        step: 3',
      '        step: 3\n        coolDown: 48h',
      /^SYNDATA_SCALING_COOL_DOWN_SECONDS/,
    ],
  ]
  for (const [from, to, message] of cases) {
    const { problems } = readDeployment(SHIPPED.replace(from, to))
    assert.equal(problems.length, 1, to)
    const { message: told, hint, line, column } = problems[0] ?? { message: '' }
    assert.match(`${told}. ${hint}`, message)
    const key = SHIPPED.replace(from, to)
      .split('\n')
      [(line ?? 0) - 1]?.slice((column ?? 0) - 1)
    const [last] = to.trim().split(/\s+/).slice(-2)
    assert.ok(key?.startsWith(last ?? '?'), key)
  }
})

test('containers are told values that their programs take', () => {
  const secrets = new Proxy({}, { get: (_, name) => `$(${String(name)})` })
  const compose = Object.entries(readCompose(secrets).services).map(
    ([name, { environment = {} }]) => ({
      name: name === 'app' ? 'coordinator' : name,
      environment,
    }),
  )
  const files = globSync('k8s/{base,worker}/*.yaml', { cwd: ROOT })
  const pods = files.flatMap((file) =>
    parseAllDocuments(readFileSync(path.join(ROOT, file), 'utf8')).flatMap((document) => {
      const { spec } = document.toJS() as Kubernetes
      const containers = spec?.template?.spec.containers ?? []
      return containers.map(({ name, env = [] }) => ({
        name,
        environment: Object.fromEntries(env.map((one) => [one.name, one.value ?? '$()'])),
      }))
    }),
  )
  const told = [...compose, ...pods].filter(({ name }) => name in SETTINGS)
  assert.ok(told.length >= 8)
  for (const { name, environment } of told) {
    for (const [key, value] of Object.entries(environment)) {
      const setting = SETTINGS[name as Program][key]
      if (!setting || value.includes('$(')) continue
      assert.equal(problemWith(key, setting, value), null, name)
    }
  }
})
