import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { logLines } from './log-files.ts'

function fixture(t: TestContext) {
  const dir = mkdtempSync(path.join(tmpdir(), 'logs-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return (name: string): string => path.join(dir, `${name}.log`)
}

const once = { signal: AbortSignal.timeout(60_000), service: undefined, follow: false }

async function all(lines: AsyncIterable<{ service: string; line: string }>): Promise<string[]> {
  const found: string[] = []
  for await (const { service, line } of lines) found.push(`${service} ${line}`)
  return found
}

test('the last lines of each log, of all or of those that match', async (t) => {
  const at = fixture(t)
  const dir = path.dirname(at(''))
  assert.deepEqual(
    await all(logLines(path.join(dir, 'none'), { ...once, lines: 2 }, () => true)),
    [],
  )
  writeFileSync(at('a'), '1\n2\n3\n')
  writeFileSync(at('b'), `${'x'.repeat(100)}\n`.repeat(100_000))
  assert.deepEqual(await all(logLines(dir, { ...once, lines: 2 }, (name) => name === 'a')), [
    'a 2',
    'a 3',
  ])
  assert.equal((await all(logLines(dir, { ...once, lines: 5_000 }, () => true))).length, 5_003)
  assert.deepEqual(await all(logLines(dir, { ...once, lines: 0 }, () => true)), [])
  const unknown = logLines(dir, { ...once, service: 'c', lines: 1 }, () => false)
  await assert.rejects(all(unknown), /there is no log of c/)
})

test('following gives whole lines as they come, of new files and of ones that were turned over', async (t) => {
  const at = fixture(t)
  writeFileSync(at('a'), 'old\nhal')
  const abort = new AbortController()
  const signal = AbortSignal.any([once.signal, abort.signal])
  const options = { ...once, signal, follow: true, lines: 1 }
  const seen: string[] = []
  const steps: Record<number, () => void> = {
    1: () => appendFileSync(at('a'), 'f\nnext\npart'),
    3: () => writeFileSync(at('b'), 'new\n'),
    4: () => writeFileSync(at('a'), 'anew\n'),
    5: () => abort.abort(),
  }
  for await (const { service, line } of logLines(path.dirname(at('a')), options, () => true)) {
    seen.push(`${service} ${line}`)
    steps[seen.length]?.()
  }
  assert.deepEqual(seen, ['a old', 'a half', 'a next', 'b new', 'a anew'])
})
