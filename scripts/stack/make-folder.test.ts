import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { makeFolder, PRIVATE } from './make-folder.ts'

test('folders are made with those above them, for one account where it says so, and may be there already', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-folder-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const deep = path.join(folder, 'a', 'b')
  for (let times = 0; times < 2; times++) makeFolder(deep, PRIVATE)
  for (const each of [deep, path.dirname(deep)]) assert.equal(statSync(each).mode & 0o777, 0o700)
  writeFileSync(path.join(folder, 'file'), '')
  assert.throws(() => makeFolder(path.join(folder, 'file', 'c')), { code: 'ENOTDIR' })
})

test('a place that has no folders ends in an error, not in a loop', {
  skip: process.platform !== 'linux',
}, () => {
  const code = `import('${new URL('make-folder.ts', import.meta.url).href}')
    .then(({ makeFolder }) => makeFolder('/proc/of-nodeops/a'))`
  const options = { encoding: 'utf8', timeout: 20_000 } as const
  const { stderr, signal } = spawnSync(process.execPath, ['-e', code], options)
  assert.equal(signal, null)
  assert.match(stderr, /ENOENT: no such file or directory, mkdir '\/proc\/of-nodeops'/)
})
