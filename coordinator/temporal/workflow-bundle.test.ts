import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { digestOf, workflowBundle } from './workflow-bundle.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'syndata-'))
  t.after(() => rmSync(made, { recursive: true }))
  return made
}

test('a bundle is made once, also by two at a time, and found where it cannot be written', async (t) => {
  const kept = path.join(folder(t), 'kept')
  const [file, same] = await Promise.all([
    workflowBundle({ folders: [kept] }),
    workflowBundle({ folders: [kept] }),
  ])
  assert.equal(same, file)
  assert.match(readFileSync(file, 'utf8'), /generation/)
  const { mtimeMs } = statSync(file)
  assert.equal(await workflowBundle({ folders: ['/dev/null/none', kept] }), file)
  assert.equal(statSync(file).mtimeMs, mtimeMs)
  await assert.rejects(workflowBundle({ folders: ['/dev/null/none'] }), /cannot be kept/)
})

test('another source is another bundle, tests are not', (t) => {
  const root = folder(t)
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  put('coordinator/workflows/a.ts', 'one')
  put('engine/deep/b.ts', 'two')
  const first = digestOf(root)
  put('coordinator/workflows/a.test.ts', 'three')
  assert.equal(digestOf(root), first)
  put('engine/deep/b.ts', 'three')
  const second = digestOf(root)
  assert.notEqual(second, first)
  put('package-lock.json', '{}')
  assert.notEqual(digestOf(root), second)
})
