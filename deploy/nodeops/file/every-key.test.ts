// Every key that the schema has: in a file that says all of them, none is without an effect, and no value throws.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { readDeployment } from './read-file.ts'
import { fileSchemaText } from './schema.ts'

type Tree = Record<string, unknown>
type Path = (string | number)[]

/** Of every value in the tree, containers included. */
function pathsOf(tree: unknown): Path[] {
  const paths: Path[] = []
  const walk = (value: unknown, path: Path): void => {
    if (path.length > 0) paths.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value))
      walk(item, [...path, Array.isArray(value) ? Number(key) : key])
  }
  walk(tree, [])
  return paths
}

const SHIPPED = parse(readFileSync(new URL('../nodeops.yaml', import.meta.url), 'utf8')) as {
  spec: Tree & { services: (Tree & { name: string })[] }
  depin: { nodes: { preferred: Tree[] }; tasks: { execution: Tree & { checkpointing: Tree } }[] }
}

/** The shipped file with whatever else may be said. */
function wholeFile(): typeof SHIPPED {
  const file = structuredClone(SHIPPED)
  const { spec, depin } = file
  const service = (name: string): Tree => spec.services.find((one) => one.name === name) ?? {}
  spec['replicas'] = 1
  service('coordinator')['replicas'] = undefined
  Object.assign(service('scheduler'), { type: 'scheduler', replicas: 1 })
  const env = [
    { name: 'A', value: 'a' },
    { name: 'B', valueFrom: { env: 'b' } },
    { name: 'C', valueFrom: { file: 'c' } },
    { name: 'D', valueFrom: { secretKeyRef: { name: 'd', key: 'e' } } },
  ]
  service('parts')['env'] = env
  const worker = service('worker')
  worker['environment'] = env
  Object.assign(worker['autoscaling'] as Tree, {
    enabled: true,
    coolDown: '30s',
    drainTimeout: '5m',
  })
  const compute = worker['distributedCompute'] as Record<string, Tree>
  Object.assign(compute, { enabled: true, taskQueue: 'temporal' })
  Object.assign(compute['workerPool'] ?? {}, { minWorkers: 3, maxWorkers: 15 })
  Object.assign(compute['chunkProcessing'] ?? {}, { enabled: true })
  Object.assign(compute['failover'] ?? {}, { enabled: true, redistributeOnFailure: true })
  Object.assign(depin.nodes.preferred[0] ?? {}, { min: 1 })
  Object.assign(depin.tasks[0]?.execution.checkpointing ?? {}, { enabled: true })
  return JSON.parse(JSON.stringify(file)) as typeof SHIPPED
}

type Schema = { properties?: Record<string, Schema>; items?: Schema; anyOf?: unknown }

/** Keys of the schema by their paths, items of lists as *. */
function keysOf({ properties = {}, items }: Schema, path: string): string[] {
  if (items) return keysOf(items, `${path}.*`)
  return Object.entries(properties).flatMap(([key, schema]) => [
    `${path}.${key}`,
    ...keysOf(schema, `${path}.${key}`),
  ])
}

function withValue(path: Path, change: (value: unknown) => unknown): string {
  const copy: unknown = wholeFile()
  const step = (at: unknown, key: string | number) => (at as Tree)[key]
  const holder = path.slice(0, -1).reduce(step, copy) as Tree
  const last = path.at(-1) ?? ''
  holder[last] = change(holder[last])
  return JSON.stringify(copy)
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  const text = String(value)
  return /^\d/.test(text) ? String(Number(text[0]) + 1) + text.slice(1) : `${text}x`
}

test('the whole file says every key of the schema, and is right', () => {
  const said = new Set(
    pathsOf(wholeFile()).map((path) =>
      ['', ...path.map((key) => (typeof key === 'number' ? '*' : key))].join('.'),
    ),
  )
  const missing = keysOf(JSON.parse(fileSchemaText()) as Schema, '').filter((key) => !said.has(key))
  assert.deepEqual(missing, [])
  assert.deepEqual(readDeployment(JSON.stringify(wholeFile())).problems, [])
})

test('no key is decoration: another value is another deployment, or is refused', () => {
  const before = JSON.stringify(readDeployment(JSON.stringify(wholeFile())).deployment)
  const at = (path: Path) => path.reduce<unknown>((value, key) => (value as Tree)[key], wholeFile())
  const leaves = pathsOf(wholeFile()).filter((path) => typeof at(path) !== 'object')
  for (const path of leaves) {
    const { deployment, problems } = readDeployment(withValue(path, another))
    const differs = problems.length > 0 || JSON.stringify(deployment) !== before
    assert.ok(differs, path.join('.'))
  }
})

test('no value in any place of the file throws', () => {
  const paths = pathsOf(wholeFile())
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      const { deployment, problems } = readDeployment(withValue(path, () => value))
      assert.equal(deployment === null, problems.length > 0)
      for (const { path: at } of problems) assert.ok(at === '' || at.startsWith('/'))
    }),
    { numRuns: 300 },
  )
})
