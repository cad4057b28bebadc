import assert from 'node:assert/strict'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { TargetError } from './target.ts'
import { replaceFile } from './write-file.ts'

test('a file is replaced as a whole, for its owner alone; one that cannot be is named, and nothing is left', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-file-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'a.json')
  for (const text of ['one', 'two']) replaceFile(file, text)
  assert.equal(readFileSync(file, 'utf8'), 'two')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  symlinkSync('/dev/null', path.join(folder, 'link'))
  replaceFile(path.join(folder, 'link'), 'three')
  assert.equal(readlinkSync(path.join(folder, 'link')), '/dev/null')
  assert.ok(lstatSync('/dev/null').isCharacterDevice())
  const taken = path.join(folder, 'taken')
  mkdirSync(path.join(taken, 'by a folder'), { recursive: true })
  const isTold = (error: unknown) =>
    error instanceof TargetError && error.kind === 'failed' && error.message.startsWith(taken)
  assert.throws(() => replaceFile(taken, 'x'), isTold)
  assert.throws(() => replaceFile(path.join(file, 'below a file'), 'x'), TargetError)
  assert.deepEqual(readdirSync(folder), ['a.json', 'link', 'taken'])
})
