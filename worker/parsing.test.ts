import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { AppError } from '#engine/errors.ts'
import { readConfig } from './config.ts'
import { describeMachine, isaOf, parseGpus } from './machine.ts'

test('everything has a default', () => {
  const config = readConfig({})
  assert.equal(config.threads, availableParallelism())
  assert.equal(config.token, null)
  assert.equal(config.memoryLimitBytes, null)
  assert.deepEqual(config.addresses, [])
})

test('settings that make no sense are named together', () => {
  const env = {
    SYNDATA_THREADS: '0',
    SYNDATA_MEMORY_LIMIT_MB: 'much',
    SYNDATA_COORDINATOR: 'nowhere',
  }
  assert.throws(
    () => readConfig(env),
    (error: AppError) =>
      error.code === 'invalid_request' &&
      Object.keys(env).every((name) => error.message.includes(name)),
  )
})

test('addresses and limits are read', () => {
  const config = readConfig({
    SYNDATA_COORDINATOR: 'a.example:7443,[::1]:7444',
    SYNDATA_MEMORY_LIMIT_MB: '64',
  })
  assert.deepEqual(config.addresses, ['a.example:7443', '[::1]:7444'])
  assert.equal(config.memoryLimitBytes, 64 * 1024 * 1024)
})

test('what nvidia-smi prints becomes GPUs, and its complaints do not', () => {
  assert.deepEqual(parseGpus('NVIDIA H200, 143771, 570.86\nNVIDIA A10G, 23028, 550.1\n'), [
    { name: 'NVIDIA H200', memoryBytes: 143_771n << 20n, driver: '570.86' },
    { name: 'NVIDIA A10G', memoryBytes: 23_028n << 20n, driver: '550.1' },
  ])
  assert.deepEqual(parseGpus('No devices were found\n'), [])
  assert.deepEqual(parseGpus('NVIDIA T4, [N/A], 550.1\n'), [])
})

test('this machine has cores, memory and runtimes', async () => {
  const machine = await describeMachine()
  assert.ok((machine.cores ?? 0) > 0)
  assert.ok(machine.memoryBytes > 0n)
  assert.equal(machine.runtimes?.['node'], process.versions.node)
  assert.match(machine.runtimes?.['onnxruntime'] ?? '', /^\d+\.\d+\.\d+/)
})

test('the widest vector instructions of a processor are read', () => {
  assert.equal(isaOf('model\t: x\nflags\t\t: sse2 avx avx2 fma\nbugs: avx512f\n'), 'avx2')
  assert.equal(isaOf('flags : avx2 avx512f'), 'avx512f')
  assert.equal(isaOf('Features\t: fp asimd'), 'asimd')
  assert.equal(isaOf(''), '')
})

test('a token comes from a file where a platform mounts one', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'token')
  writeFileSync(file, 'synw_abc\n')
  assert.equal(readConfig({ SYNDATA_TOKEN_FILE: file }).token, 'synw_abc')
  assert.equal(readConfig({ SYNDATA_TOKEN_FILE: file, SYNDATA_TOKEN: 'synw_x' }).token, 'synw_x')
  assert.throws(() => readConfig({ SYNDATA_TOKEN_FILE: `${file}2` }), /SYNDATA_TOKEN_FILE/)
})
