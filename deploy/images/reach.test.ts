import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { closureOf, importedPackages, type LockedPackages, packagesOf } from './reach.ts'

const root = new URL('../..', import.meta.url).pathname

test('what a source imports is found in every form, and nothing else', () => {
  const source = `import a from 'a'
    import type { B } from '@scope/b/deep/file.js'
    import 'c/side-effects'
    const d = await import('d')
    const e = createRequire(import.meta.url)('not-found'), f = require('f'), g = require.resolve('g')
    import { own } from './own.ts'
    import { other } from '#engine/other.ts'
    import fs from 'node:fs'
    import http from 'http'
    settle.resolve('pinned')`
  assert.deepEqual(importedPackages(source), ['a', '@scope/b', 'c', 'd', 'f', 'g'])
})

const PACKAGES: LockedPackages = {
  'node_modules/a': { dependencies: { b: '1', shared: '1' }, peerDependencies: { absent: '1' } },
  'node_modules/b': { dependencies: { shared: '2' }, optionalDependencies: { native: '1' } },
  'node_modules/b/node_modules/shared': { dependencies: { a: '1' } },
  'node_modules/shared': {},
  'node_modules/unrelated': { dependencies: { shared: '1' } },
}

test('the closure follows the nearest copy of each package, round circles, past what is optional', () => {
  assert.deepEqual([...closureOf(PACKAGES, ['a'])].sort(), [
    'node_modules/a',
    'node_modules/b',
    'node_modules/b/node_modules/shared',
    'node_modules/shared',
  ])
})

test('a package that is needed and not installed is an error that names who needs it', () => {
  assert.throws(
    () => closureOf({ 'node_modules/a': { dependencies: { b: '1' } } }, ['a']),
    /b, .*a/,
  )
  assert.throws(() => closureOf({}, ['a']), /the project needs/)
})

test('a worker needs neither Temporal nor Fastify nor Postgres; a coordinator does', () => {
  const text = readFileSync(`${root}/node_modules/.package-lock.json`, 'utf8')
  const { packages } = JSON.parse(text) as { packages: LockedPackages }
  const reached = (folders: string[]) => closureOf(packages, packagesOf(root, folders))
  const worker = reached(['engine', 'proto', 'worker'])
  const coordinator = reached(['engine', 'proto', 'coordinator'])
  for (const name of [
    'fastify',
    'pg',
    'helia',
    '@temporalio/worker',
    'typescript',
    '@duckdb/node-api',
  ]) {
    assert.equal(worker.has(`node_modules/${name}`), false, name)
  }
  for (const name of ['onnxruntime-node', 'pino', '@grpc/grpc-js']) {
    assert.ok(worker.has(`node_modules/${name}`) && coordinator.has(`node_modules/${name}`), name)
  }
  assert.ok(
    coordinator.has('node_modules/@temporalio/worker') && coordinator.has('node_modules/pg'),
  )
})
