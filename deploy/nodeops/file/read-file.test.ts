import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { serviceOfRole } from '../deployment.ts'
import { readDeployment } from './read-file.ts'
import { fileSchemaText } from './schema.ts'

const FOLDER = new URL('../', import.meta.url)
const SHIPPED = readFileSync(new URL('nodeops.yaml', FOLDER), 'utf8')
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(fileSchemaText()) as object,
)

const lines = (text: string): string[] =>
  readDeployment(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`)

/** The shipped file with lines of it replaced. */
function changed(...pairs: [from: string, to: string][]): string {
  let text = SHIPPED
  for (const [from, to] of pairs) {
    assert.ok(text.includes(from), from)
    text = text.replace(from, to)
  }
  return text
}

test('the shipped file is a whole fleet, and the published schema takes it', () => {
  const { deployment, problems, warnings } = readDeployment(SHIPPED)
  assert.deepEqual([problems, warnings], [[], []])
  assert.ok(deployment)
  assert.ok(validate(parse(SHIPPED)), JSON.stringify(validate.errors))
  assert.deepEqual(deployment.regions, [
    { region: 'us-west', count: 3 },
    { region: 'us-east', count: 3 },
    { region: 'eu-central', count: 2 },
    { region: 'asia-pacific', count: 2 },
  ])
  const { min, max, settings } = deployment.scaling ?? {}
  assert.deepEqual({ min, max }, { min: 3, max: 15 })
  assert.deepEqual(settings, serviceOfRole(deployment, 'scheduler')?.settings)
  const worker = serviceOfRole(deployment, 'worker')
  assert.deepEqual(worker?.resources, { cpuMillis: 2_000, memoryBytes: 4 * 2 ** 30, gpus: 1 })
  assert.equal(worker?.volumes[0]?.sizeBytes, 100 * 2 ** 30)
  assert.equal(worker?.settings['SYNDATA_THREADS'], '2')
  assert.deepEqual(serviceOfRole(deployment, 'coordinator')?.settings, {
    SYNDATA_CHUNK_ROWS: '10000',
    SYNDATA_LEASE_TIMEOUT_SECONDS: '3600',
    SYNDATA_RETRIES: '3',
    SYNDATA_RETRY_DELAY_SECONDS: '5',
    SYNDATA_RETRY_BACKOFF: '2',
  })
  const scheduler = serviceOfRole(deployment, 'scheduler')?.settings ?? {}
  assert.equal(scheduler['SYNDATA_SCALING_GPU_MAX'], '15')
  assert.equal(scheduler['SYNDATA_SCALING_UP_QUEUE'], '5')
})

test('the committed schema is the one of the types', () => {
  const committed = readFileSync(new URL('nodeops.schema.json', FOLDER), 'utf8')
  const said = 'write what nodeops schema prints into deploy/nodeops/nodeops.schema.json'
  assert.deepEqual(JSON.parse(committed), JSON.parse(fileSchemaText()), said)
})

test('everything that is wrong is said at once, with its place', () => {
  const text = changed(
    ['apiVersion: v1', 'apiVersion: v2'],
    ['resources: {cpu: 1, memory: 2Gi}', 'resources: {cpu: lots, memory: 2Gi}'],
    ['memory: 4Gi', 'memory: 4Xi'],
    ['{region: us-east, count: 3}', '{region: us-esat, count: 3}'],
    ['timeout: 1h', 'timeout: 2 days'],
    ['chunkProcessing: {maxChunkSize', 'chunkProcessing: {maxChunkSiez'],
  )
  assert.deepEqual(lines(text), [
    '4:1 apiVersion must be "v1", not "v2"',
    '20:19 cpu must be an amount of CPU, not "lots"',
    '54:9 memory must be an amount of bytes, not "4Xi"',
    `69:27 A chunkProcessing has no "maxChunkSiez"`,
    '76:10 region must be "us-west" or "us-east" or "eu-central" or "asia-pacific", not "us-esat"',
    '83:9 timeout must be a time, not "2 days"',
  ])
})

test('a file that is no deployment is told so once, with what it seems to be', () => {
  for (const [text, said, hint] of [
    ['', /^1:1 The file is empty$/, /nodeops init/],
    ['# nothing yet\n', /The file is empty$/, /nodeops init/],
    ['- 1\n- 2\n', /The file is \[1,2\], and no deployment/, /kind: DeploymentConfig/],
    ['hello', /The file is "hello", and no deployment/, /kind: DeploymentConfig/],
    ['seed: 1\ntables: []\n', /its keys are seed, tables/, /POST \/api\/jobs/],
    ['name: x\nservices: {a: {}}\nvolumes: {}\n', /keys are name, services, volumes/, /init/],
    [`${SHIPPED}---\n${SHIPPED}`, /^86:1 A second document begins here$/, /Keep one/],
  ] as const) {
    const { problems, deployment } = readDeployment(text)
    assert.equal(deployment, null)
    assert.equal(problems.length, 1, JSON.stringify(problems))
    assert.match(lines(text)[0] ?? '', said)
    assert.match(problems[0]?.hint ?? '', hint)
  }
})

test('one mistake is one problem, and a name that is nearly right is named', () => {
  const hints = (text: string) => readDeployment(text).problems.map(({ hint }) => hint)
  assert.deepEqual(lines(changed(['autoscaling:', 'autoscalling:'])), [
    '59:7 A service has no "autoscalling"',
  ])
  assert.deepEqual(lines(changed(['maxReplicas: 15', 'maxReplicas: many'])).length, 1)
  assert.deepEqual(lines(changed(['minReplicas: 3', 'minReplicas: 30'])), [
    '59:7 At least 30 and at most 15 workers',
  ])
  assert.deepEqual(hints(changed(['region: us-west', 'region: us-wset'])), [
    'Did you mean us-west?',
  ])
  assert.match(lines(changed(['name: syndata\n', 'name: My Fleet\n']))[0] ?? '', /text of the form/)
  const text = SHIPPED.replace('strategy:', '{strategy:')
  assert.equal(new Set(lines(text)).size, lines(text).length)
})

test('keys of the dialect that have no consumer here are refused, each with its reason', () => {
  const text = `${SHIPPED}
network: {ingress: {enabled: true}}
monitoring: {prometheus: {enabled: true}}
logging: {enabled: true}
security: {networkPolicies: {enabled: true}}
backup: {enabled: true}
`
    .replace(
      'scheduling: {preferGPU: true}',
      'type: compute-intensive\n      priority: high\n      scheduling: {strategy: distributed, maxNodesPerTask: 5}\n      dataDistribution: {sharding: automatic}',
    )
    .replace(
      'depin:\n',
      'depin:\n  consensus: {algorithm: proof-of-computation}\n  resources: {compute: {distributed: true}}\n',
    )
  const { problems } = readDeployment(text)
  const refused = problems.map(({ path }) => path.split('/').at(-1) ?? '').toSorted()
  assert.deepEqual(refused, [
    'backup',
    'consensus',
    'dataDistribution',
    'logging',
    'maxNodesPerTask',
    'monitoring',
    'network',
    'priority',
    'resources',
    'security',
    'strategy',
    'type',
  ])
  for (const { hint, message } of problems) {
    assert.match(message, /not supported by this release/)
    assert.ok((hint ?? '').length > 20, message)
  }
})

test('what contradicts itself is refused', () => {
  const cases: [RegExp, ...[string, string][]][] = [
    [/4 here, and 3 at/, ['failover: {maxRetries: 3}', 'failover: {maxRetries: 4}']],
    [
      /SYNDATA_LEASE_TIMEOUT_SECONDS must be a number of seconds from 1 to 3600/,
      ['timeout: 1h', 'timeout: 2h'],
    ],
    [/http is there with two numbers/, ['- {name: fleet, port: 7443}', '- {name: http, port: 1}']],
    [
      /15 here|20 here/,
      ['workerPool: {scaleUpThreshold: 5', 'workerPool: {maxWorkers: 20, scaleUpThreshold: 5'],
    ],
    [
      /7 replicas, and 10 in/,
      ['image: syndata-worker:0.1.0', 'image: syndata-worker:0.1.0\n      replicas: 7'],
    ],
    [/10 workers at first, with limits from 3 to 8/, ['maxReplicas: 15', 'maxReplicas: 8']],
    [
      /Fewer workers below 90 and more above 80 of CPU/,
      ['scaleDownCPUUtilization: 40', 'scaleDownCPUUtilization: 90'],
    ],
    [/us-west is there twice/, ['{region: us-east', '{region: us-west']],
    [
      /postgres is of type postgres already/,
      ['name: temporal', 'name: temporal\n      type: database'],
    ],
    [
      /Autoscaling is the work of a scheduler/,
      [
        '- name: scheduler\n      image: syndata-coordinator:0.1.0\n      resources: {cpu: 250m, memory: 256Mi}\n',
        '',
      ],
    ],
    [
      /At most 1 of type parts/,
      ['image: syndata-parts:0.1.0', 'image: syndata-parts:0.1.0\n      replicas: 2'],
    ],
    [
      /A scheduler listens on no port/,
      ['resources: {cpu: 250m', 'port: 80\n      resources: {cpu: 250m'],
    ],
    [/taskQueue must be "temporal"/, ['workerPool: {', 'taskQueue: redis\n        workerPool: {']],
    [
      /Only workers compute/,
      ['replicas: 1', 'replicas: 1\n      distributedCompute: {enabled: true}'],
    ],
    [
      /SYNDATA_RETRIES is set by depin/,
      ['replicas: 1', 'replicas: 1\n      env: [{name: SYNDATA_RETRIES, value: 5}]'],
    ],
    [
      /has two values/,
      ['replicas: 1', 'replicas: 1\n      env: [{name: A, value: 5, valueFrom: {env: B}}]'],
    ],
    [/has no value/, ['replicas: 1', 'replicas: 1\n      env: [{name: A}]']],
  ]
  for (const [message, ...pairs] of cases) {
    const found = lines(changed(...pairs))
    assert.ok(
      found.some((line) => message.test(line)),
      `${message}: ${found.join('; ')}`,
    )
    for (const line of found) assert.doesNotMatch(line, /undefined|NaN|\[object/)
  }
})

test('secrets that stand in the file are warned of; other tools’ words for roles are taken', () => {
  const { deployment, problems, warnings } = readDeployment(
    changed(
      ['- name: worker', '- name: ai-engine\n      type: compute'],
      [
        'replicas: 1',
        'replicas: 1\n      environment: [{name: PINATA_JWT, value: abc}, {name: S3_KEY, valueFrom: {file: key.txt}}]',
      ],
    ),
  )
  assert.deepEqual(problems, [])
  assert.match(warnings.join(), /PINATA_JWT looks like a secret/)
  assert.ok(deployment)
  assert.equal(serviceOfRole(deployment, 'worker')?.name, 'ai-engine')
  assert.deepEqual(serviceOfRole(deployment, 'coordinator')?.env, {
    PINATA_JWT: { value: 'abc' },
    S3_KEY: { fromFile: 'key.txt' },
  })
})

test('workers alone are a deployment when they know whom to dial', () => {
  const worker = (env: string): string =>
    `apiVersion: v1\nkind: DeploymentConfig\nmetadata: {name: gpus}\nspec:\n  services: [{name: worker, replicas: 6${env}}]\n`
  assert.deepEqual(lines(worker('')), ['5:3 The workers have no coordinator'])
  const env =
    ', env: [{name: SYNDATA_COORDINATOR, value: "a:1"}, {name: SYNDATA_TOKEN, valueFrom: {env: T}}]'
  const { deployment } = readDeployment(worker(env))
  assert.deepEqual(
    deployment?.regions.map(({ count }) => count),
    [2, 2, 1, 1],
  )
})

test('hostile text is refused in words, within bounds', () => {
  const bomb = `a: &a [x,x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}\n`
  const hostile = [
    '',
    '[]',
    '42',
    'null',
    '"text"',
    '\u0000',
    'a: b: c',
    '{',
    '- - - -',
    '!!js/function x',
    '['.repeat(50_000),
    `${'a: {'.repeat(30)}`,
    bomb,
    'x'.repeat(2 * 1024 * 1024),
    'apiVersion: v1\nkind: DeploymentConfig\nmetadata: []\nspec: {services: 5}\ndepin: {nodes: {preferred: {}}, tasks: [1]}',
    'apiVersion: v1\nkind: DeploymentConfig\nmetadata: {name: a}\nspec: {services: [null, 1, [], {name: {}}, {name: worker, resources: 1, volumes: [1], env: [[]], ports: "x"}]}',
    '__proto__: {a: 1}\nconstructor: 1\napiVersion: v1',
  ]
  for (const text of hostile) {
    const { deployment, problems } = readDeployment(text)
    assert.equal(deployment, null, text.slice(0, 80))
    assert.ok(problems.length > 0 && problems.length <= 200, text.slice(0, 80))
  }
})
