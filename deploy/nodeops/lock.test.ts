import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { takeLock } from './lock.ts'

function lockIn(t: TestContext): { folder: string; lock: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-lock-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return { folder, lock: path.join(folder, 'a.lock') }
}

const pidIn = (lock: string): number => JSON.parse(readFileSync(lock, 'utf8')).pid

test('a lock of a process that is gone, or cut off where its writer was killed, is taken over', (t) => {
  const { folder, lock } = lockIn(t)
  for (const left of [
    JSON.stringify({ pid: process.pid, startedAt: 'x' }),
    '',
    '{"pid": 12',
    '3',
  ]) {
    writeFileSync(lock, left)
    const old = new Date(Date.now() - 60_000)
    utimesSync(lock, old, old)
    takeLock(lock)
    assert.equal(pidIn(lock), process.pid)
    assert.deepEqual(readdirSync(folder), ['a.lock'])
    assert.throws(() => takeLock(lock), /another nodeops \(process \d+\)/)
  }
})

test('one that is being written is not taken over', (t) => {
  const { lock } = lockIn(t)
  writeFileSync(lock, '')
  assert.throws(() => takeLock(lock), /another nodeops works on this deployment/)
})

test('of many that come at once one has it, with a lock left over and without', async (t) => {
  const { folder, lock } = lockIn(t)
  const script = `import { takeLock } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)}
    process.stdin.once('data', () => {
      try { takeLock(${JSON.stringify(lock)}); console.log('mine') } catch (error) { console.log(error.kind) }
    })
    process.stdin.once('end', () => process.exit())
    console.log('there')`
  for (const left of [null, JSON.stringify({ pid: process.pid, startedAt: 'x' })]) {
    rmSync(lock, { force: true })
    if (left !== null) writeFileSync(lock, left)
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    const told = async ({ stdout }: (typeof children)[number]) =>
      String((await once(stdout, 'data'))[0]).trim()
    assert.deepEqual(new Set(await Promise.all(children.map(told))), new Set(['there']))
    const answers = children.map(told)
    for (const { stdin } of children) stdin.write('go')
    const found = (await Promise.all(answers)).toSorted()
    assert.deepEqual(found, ['mine', ...Array(5).fill('refused')])
    const ended = children.map((child) => once(child, 'exit'))
    for (const { stdin } of children) stdin.end()
    await Promise.all(ended)
    assert.deepEqual(readdirSync(folder), ['a.lock'])
  }
})
